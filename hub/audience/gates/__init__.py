"""What stands between a form that anybody can send and a mail to somebody who never asked."""
