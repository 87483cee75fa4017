"""What comes back of mail: bounces and complaints, by SMTP, by mailbox and by webhook."""
