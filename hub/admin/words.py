"""The names of states and choices as the desk says them; templates translate them."""

from hub.i18n import N_
from hub.newsletter.model import Counts

SUBSCRIBER = {
    "pending": N_("not confirmed yet"),
    "waiting": N_("waiting for you"),
    "active": N_("active"),
    "unsubscribed": N_("unsubscribed"),
    "bounced": N_("bounced"),
    "complained": N_("complained"),
}
# Why a mail that failed does not go out again: what its reader is now.
LEFT_OUT = {**SUBSCRIBER, "erased": N_("erased"), "left out": N_("left out by you")}
CADENCE = {
    "each": N_("each article"),
    "weekly": N_("once a week"),
    "monthly": N_("once a month"),
}
# Why a sign-up is held.
HELD = {
    "trap": N_("filled in a field that nobody sees"),
    "quick": N_("was filled in too fast"),
    "script": N_("was sent by a script"),
    "link": N_("a link stands in the name"),
    "dots": N_("many dots in the address"),
    "disposable": N_("a throw-away address"),
    "unproven": N_("the small sum was not done"),
    "domain": N_("many from this mail domain at once"),
    "mailbox": N_("the same mailbox in many spellings"),
    "brake": N_("hardly anybody confirmed then"),
}
CONSENT = {
    "requested": N_("asked to subscribe"),
    "confirmed": N_("confirmed"),
    "imported": N_("imported"),
    "added": N_("added by you"),
    "unsubscribed": N_("unsubscribed"),
}
# What is known of a person beside the log of consent.
PERSON = {
    "note": N_("note"),
    "replied": N_("replied to you"),
    "answered": N_("answered your question"),
    "accepted": N_("accepted"),
    "declined": N_("declined"),
    "corrected": N_("set right"),
}
# What of a person is set right.
DETAILS = {"name": N_("Name"), "cadence": N_("How often"), "language": N_("Language")}
RETURN = {
    "hard": N_("the address takes no mail"),
    "soft": N_("not now: full, away, or nobody knows"),
    "sender": N_("you were refused as the sender"),
    "message": N_("this mail was refused as it is"),
    "complaint": N_("called spam by the reader"),
    "lifted": N_("let in again by you"),
}
LIST = {
    "reading": N_("being read"),
    "read": N_("waiting for you"),
    "importing": N_("being imported"),
    "stopped": N_("stopped"),
    "done": N_("all imported"),
    "refused": N_("refused"),
}
# What becomes of a row of a list.
VERDICT = {
    "new": N_("new"),
    "changed": N_("changed"),
    "unchanged": N_("unchanged"),
    "stays out": N_("stay unsubscribed"),
    "suppressed": N_("suppressed"),
    "invalid": N_("cannot be taken"),
    "duplicate": N_("twice in the file"),
}
# What a column of a list is used for.
USES = {
    "none": N_("nothing"),
    "email": N_("E-mail address"),
    "name": N_("Name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "status": N_("Status"),
    "cadence": N_("Cadence"),
    "topics": N_("Topics"),
    "tags": N_("Tags: topics of this site, else your tags"),
    "notes": N_("Your notes"),
    "language": N_("Language"),
    "created_at": N_("Signed up on"),
    "confirmed_at": N_("Confirmed on"),
    "unsubscribed_at": N_("Left on"),
    "bounced_at": N_("Mail came back on"),
    "subscribed": N_("Gets mail (yes or no)"),
    "not_subscribed": N_("Gets no mail (yes or no)"),
    "left_because": N_("Why they left (spam: a complaint)"),
    "form": N_("Page of the sign-up"),
    "attributes": N_("Attributes, as listmonk has them"),
}
STREAM = {
    "weekly": N_("Weekly"),
    "monthly": N_("Monthly"),
    "each": N_("Each article"),
    "letter": N_("Letter"),
}
AUDIENCE = {
    "all": N_("every active reader"),
    "topics": N_("readers of some topics"),
    "segment": N_("a segment"),
}
ON_SITE = {
    "auto": N_("if it goes to everybody"),
    "yes": N_("yes"),
    "no": N_("no"),
}
LETTER = {
    "draft": N_("draft"),
    "scheduled": N_("scheduled"),
    "made": N_("sent"),
}
EDITION = {
    "planned": N_("being prepared"),
    "sending": N_("being sent"),
    "paused": N_("paused"),
    "sent": N_("sent"),
    "skipped": N_("skipped"),
    "cancelled": N_("cancelled"),
}
DELIVERY = {
    "queued": N_("waiting"),
    "claimed": N_("under way"),
    "accepted": N_("accepted"),
    "deferred": N_("to be tried again"),
    "failed": N_("failed"),
    "unknown": N_("unknown"),
}
# What refusals call the states that have no other name in English.
STATES = (N_("pending"), N_("planned"), N_("sending"))
NEWSLETTER = {
    "none": N_("not in the newsletter"),
    "digest": N_("in the digest"),
    "digest+each": N_("in the digest, and at once to readers of each article"),
}
TONES = {
    "active": "good",
    "accepted": "good",
    "sent": "good",
    "scheduled": "good",
    "published": "good",
    "waiting": "warning",
    "paused": "warning",
    "stopped": "warning",
    "deferred": "warning",
    "bounced": "error",
    "complained": "error",
    "failed": "error",
    "done": "good",
    "read": "warning",
    "refused": "error",
    "unknown": "error",
    "hard": "error",
    "soft": "warning",
    "sender": "error",
    "message": "warning",
    "complaint": "error",
    "lifted": "good",
}


def edition_status(status: str, counts: Counts) -> str:
    """What an edition is called that goes on after a pause, while its readers are queued anew:
    its first mails have left, so it is being sent."""
    begun = counts.accepted + counts.failed + counts.unknown + counts.deferred
    return "sending" if status == "planned" and begun else status
