"""What the desk says after a change, by the name that the address carries."""

from hub.i18n import N_

_TEXTS = {
    "saved": N_("Saved."),
    "password": N_("Your password is changed. Everywhere else you are logged out."),
    "ready": N_("Your hub is ready."),
}


def text(name: str) -> str:
    """The notice of that name, in English; empty for one that nobody knows."""
    return _TEXTS.get(name, "")
