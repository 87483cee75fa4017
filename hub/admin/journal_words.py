"""The log of changes in words: what each line says, and where it leads."""

from hub.i18n import N_
from hub.journal import Entry

AREAS = {
    "settings": N_("Settings"),
    "users": N_("Users"),
    "posts": N_("Articles and pages"),
    "newsletter": N_("Newsletter"),
    "list": N_("Import and export"),
    "readers": N_("Readers"),
    "backups": N_("Backups"),
    "tokens": N_("Keys of programs"),
}
ROLES = {"owner": N_("owner"), "editor": N_("editor")}
_SAID = {
    ("settings", "changed"): N_("Changed “%(subject)s”"),
    ("settings", "set up"): N_("Set up the hub"),
    ("settings", "dkim key"): N_("Made the key that signs mail"),
    ("settings", "arranged"): N_("Arranged what stands in “%(subject)s”"),
    ("settings", "mail server"): N_("Named %(subject)s as the mail server"),
    ("settings", "outbox"): N_("Named no mail server: mail stays in the outbox"),
    ("users", "added"): N_("Made an account for %(subject)s"),
    ("users", "renamed"): N_("Renamed %(subject)s"),
    ("users", "role"): N_("Changed the role of %(subject)s"),
    ("users", "password"): N_("Changed the password of %(subject)s"),
    ("users", "link"): N_("Made a link to choose a password for %(subject)s"),
    ("users", "logged out"): N_("Logged %(subject)s out"),
    ("users", "removed"): N_("Removed the account of %(subject)s"),
    ("posts", "published"): N_("Published “%(subject)s”"),
    ("posts", "unpublished"): N_("Took “%(subject)s” off the site"),
    ("posts", "link withdrawn"): N_("Withdrew the link to the draft “%(subject)s”"),
    ("posts", "deleted"): N_("Deleted “%(subject)s”"),
    ("newsletter", "sent"): N_("Sent “%(subject)s”"),
    ("newsletter", "paused"): N_("Paused “%(subject)s”"),
    ("newsletter", "resumed"): N_("Let “%(subject)s” go on"),
    ("newsletter", "cancelled"): N_("Cancelled “%(subject)s”"),
    ("newsletter", "retried"): N_("Sent “%(subject)s” again where it had failed"),
    ("newsletter", "undone"): N_("Took “%(subject)s” back before it left"),
    ("newsletter", "held back"): N_("Held “%(subject)s” back from the newsletter"),
    ("newsletter", "released"): N_("Released “%(subject)s” for the newsletter"),
    ("newsletter", "moved"): N_("Moved “%(subject)s” in the next newsletter"),
    ("newsletter", "newest first"): N_("Put the newest first again in the next newsletter"),
    ("newsletter", "intro"): N_("Wrote the intro or the subject of the next newsletter"),
    ("newsletter", "no intro"): N_("Took the intro and the subject of the next newsletter away"),
    ("list", "tagged"): N_("Tagged readers with “%(subject)s” (%(number)s)"),
    ("list", "untagged"): N_("Took the tag “%(subject)s” from readers (%(number)s)"),
    ("list", "imported"): N_("Imported list %(number)s"),
    ("list", "import stopped"): N_("Stopped the import of list %(number)s"),
    ("list", "import continued"): N_("Let the import of list %(number)s go on"),
    ("list", "exported"): N_("Exported the list (%(subject)s)"),
    ("list", "suppressions exported"): N_("Exported who must get no mail"),
    ("list", "archive exported"): N_("Exported everything as an archive"),
    ("list", "posts imported"): N_("Imported articles (%(subject)s), %(number)s of them new"),
    ("list", "subscribers imported"): N_("Imported a list (%(subject)s), %(number)s people new"),
    ("list", "suppressions imported"): N_("Imported who must get no mail, %(number)s new"),
    ("readers", "added"): N_("Added reader %(number)s"),
    ("readers", "confirmed"): N_("Confirmed reader %(number)s"),
    ("readers", "accepted"): N_("Accepted reader %(number)s"),
    ("readers", "declined"): N_("Declined reader %(number)s"),
    ("readers", "unsubscribed"): N_("Unsubscribed reader %(number)s"),
    ("readers", "tags"): N_("Changed the tags of reader %(number)s"),
    ("readers", "erased"): N_("Erased reader %(number)s"),
    ("readers", "corrected"): N_("Set right what is written down of reader %(number)s"),
    ("readers", "lifted"): N_("Let mail go to reader %(number)s again"),
    ("backups", "asked"): N_("Asked for a backup"),
    ("backups", "made"): N_("Made the backup %(subject)s"),
    ("backups", "downloaded"): N_("Downloaded the backup %(subject)s"),
    ("backups", "deleted"): N_("Deleted the backup %(subject)s"),
    ("tokens", "made"): N_("Made or renewed the key of %(subject)s"),
    ("tokens", "revoked"): N_("Took back the key of %(subject)s"),
}
# Their subject is a stream.
OF_THE_NEXT = ("newest first", "intro", "no intro")
_UNKNOWN = "%(subject)s"


def said(entry: Entry) -> str:
    """The words of a line, in English, with slots for `subject` and `number`."""
    return _SAID.get((entry.area, entry.deed), _UNKNOWN)


def path(entry: Entry) -> str:
    """Where at the desk what the line is about can be looked at; empty for what is no more."""
    if entry.area == "settings" and entry.deed == "changed":
        return f"/admin/settings#{entry.subject}"
    if entry.area == "newsletter" and entry.deed in OF_THE_NEXT:
        return f"/admin/newsletter/next/{entry.subject}"
    if entry.number is None or entry.deed in ("deleted", "removed", "erased"):
        return ""
    if entry.area == "posts" or entry.deed in ("held back", "released", "moved"):
        return f"/admin/posts/{entry.number}"
    if entry.area == "newsletter":
        return f"/admin/newsletter/{entry.number}"
    if entry.area == "users":
        return f"/admin/users/{entry.number}"
    return f"/admin/subscribers/{entry.number}" if entry.area == "readers" else ""
