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
    ("list", "imported"): N_("Imported the list “%(subject)s”"),
    ("list", "import stopped"): N_("Stopped the import of “%(subject)s”"),
    ("list", "import continued"): N_("Let the import of “%(subject)s” go on"),
    ("list", "exported"): N_("Exported the list (%(subject)s)"),
    ("list", "suppressions exported"): N_("Exported who must get no mail"),
    ("list", "archive exported"): N_("Exported everything as an archive"),
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
# Lines that count, in their words for nobody or nothing, for one, and for more.
_COUNTED = {
    ("list", "tagged"): (
        N_("Tagged nobody with “%(subject)s”"),
        N_("Tagged one reader with “%(subject)s”"),
        N_("Tagged %(number)s readers with “%(subject)s”"),
    ),
    ("list", "untagged"): (
        N_("Took the tag “%(subject)s” from nobody"),
        N_("Took the tag “%(subject)s” from one reader"),
        N_("Took the tag “%(subject)s” from %(number)s readers"),
    ),
    ("list", "posts imported"): (
        N_("Imported articles (%(subject)s), none of them new"),
        N_("Imported articles (%(subject)s), one of them new"),
        N_("Imported articles (%(subject)s), %(number)s of them new"),
    ),
    ("list", "subscribers imported"): (
        N_("Imported a list (%(subject)s): nobody new"),
        N_("Imported a list (%(subject)s): one person new"),
        N_("Imported a list (%(subject)s): %(number)s people new"),
    ),
    ("list", "people imported"): (
        N_("Imported tags and notes, none of them new"),
        N_("Imported tags and notes of one person"),
        N_("Imported tags and notes of %(number)s people"),
    ),
    ("list", "suppressions imported"): (
        N_("Imported who must get no mail: nobody new"),
        N_("Imported who must get no mail: one address new"),
        N_("Imported who must get no mail: %(number)s addresses new"),
    ),
}
# Before the log knew the names of files.
_WITHOUT_NAME = N_("Imported list %(number)s")
# Their subject is a stream.
OF_THE_NEXT = ("newest first", "intro", "no intro")
_UNKNOWN = "%(subject)s"


def said(entry: Entry) -> str:
    """The words of a line, in English, with slots for `subject` and `number`."""
    key = entry.area, entry.deed
    if counts(entry):
        return _COUNTED[key][min(entry.number or 0, 2)]
    if key == ("list", "imported") and not entry.subject:
        return _WITHOUT_NAME
    return _SAID.get(key, _UNKNOWN)


def counts(entry: Entry) -> bool:
    """Whether its number says how many, and not which."""
    return (entry.area, entry.deed) in _COUNTED


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
