"""What the desk says after a change, by the name that the address carries."""

from hub.i18n import N_

_TEXTS = {
    "saved": N_("Saved."),
    "published": N_("Published. Readers see it now."),
    "unpublished": N_("It is a draft again."),
    "pictures": N_("Saved, but some pictures cannot be shown; see below."),
    "deleted": N_("Deleted."),
    "thrown": N_("Thrown away."),
    "timed": N_("It appears by itself at the time that you chose."),
    "untimed": N_("It is a draft again, without a time."),
    "uploaded": N_("The picture is here. Copy its line into an article."),
    "sound": N_("The sound is here. Copy its address into the article that it belongs to."),
    "added": N_("Added to the list."),
    "confirmed": N_("Confirmed: this person gets the newsletter now."),
    "unsubscribed": N_("Unsubscribed."),
    "erased": N_("Erased."),
    "let-through": N_("Let through: each gets a mail with a button, as after any sign-up."),
    "let-nobody": N_("Nothing was sent: these were mailed already, or must not get mail."),
    "dropped": N_("Dropped: nothing of them is kept."),
    "brake-ended": N_("New sign-ups are let in again."),
    "accepted": N_("Accepted. Those who waited are told by mail."),
    "declined": N_("Declined. Those who waited are told by mail."),
    "noted": N_("Noted."),
    "tagged": N_("The tags are changed."),
    "invited": N_("The invitation is ready to be given out."),
    "revoked": N_("Taken back: nobody comes by it any more."),
    "lifted": N_("Let in again."),
    "tested": N_("The test is on its way."),
    "tested-outbox": N_("The test is in the outbox: no mail server is connected."),
    "sending": N_("On its way."),
    "soon": N_("It goes out in a minute. Until then you can undo it."),
    "undone": N_("Undone: nothing has left, and everything is as it was before."),
    "scheduled": N_("Scheduled."),
    "unscheduled": N_("It is a draft again."),
    "held": N_("Held back: it goes out with no edition until you release it."),
    "released": N_("Released: it goes out with the next edition."),
    "left-out": N_("Left out. The edition goes on to the others."),
    "paused": N_("Paused. What is under way still arrives."),
    "resumed": N_("Going on."),
    "cancelled": N_("Cancelled."),
    "prefilled": N_("A draft of a letter. Nothing is sent until you send it."),
    "password": N_("Your password is changed. Everywhere else you are logged out."),
    "ready": N_("Your hub is ready."),
    "mail-kept": N_("Kept. The hub tries it by itself, and says on the first page how it went."),
    "mail-outbox": N_("Mail stays in the outbox from now on, and reaches nobody."),
}


def text(name: str) -> str:
    """The notice of that name, in English; empty for one that nobody knows."""
    return _TEXTS.get(name, "")
