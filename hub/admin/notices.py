"""What the desk says after a change, by the name that the address carries."""

from hub.i18n import N_

_TEXTS = {
    "saved": N_("Saved."),
    "published": N_("Published. Readers see it now."),
    "unpublished": N_("It is a draft again."),
    "pictures": N_("Saved, but some pictures cannot be shown; see below."),
    "deleted": N_("Deleted."),
    "uploaded": N_("The picture is here. Copy its line into an article."),
    "added": N_("Added to the list."),
    "confirmed": N_("Confirmed: this person gets the newsletter now."),
    "unsubscribed": N_("Unsubscribed."),
    "erased": N_("Erased."),
    "lifted": N_("Let in again."),
    "tested": N_("A test is on its way to your own address."),
    "sending": N_("On its way."),
    "paused": N_("Paused. What is under way still arrives."),
    "resumed": N_("Going on."),
    "cancelled": N_("Cancelled."),
    "password": N_("Your password is changed. Everywhere else you are logged out."),
    "ready": N_("Your hub is ready."),
}


def text(name: str) -> str:
    """The notice of that name, in English; empty for one that nobody knows."""
    return _TEXTS.get(name, "")
