"""The fields of an article in the words of its form, with what stands in them."""

from starlette.requests import Request

from hub.admin import words
from hub.i18n import LANGUAGES, N_
from hub.web.pages import message

# In the order of the form.
LABELS = {
    "title": N_("Title"),
    "markdown": N_("Text"),
    "slug": N_("Address"),
    "excerpt": N_("Summary"),
    "description": N_("Description"),
    "in_menu": N_("Menu"),
    "newsletter": N_("Newsletter"),
    "topics": N_("Topics"),
    "authors": N_("Authors"),
    "cover": N_("Cover picture"),
    "cover_alt": N_("What the cover shows"),
    "audio": N_("Sound"),
    "language": N_("Language"),
    "translation_of": N_("Translation of"),
    "canonical_url": N_("Original address"),
}
_IN_MENU = {"yes": N_("Stands in the menu"), "no": N_("Does not stand in the menu")}


def label(request: Request, field: str) -> str:
    """What the form calls a field, in the owner's language."""
    return message(request, LABELS[field])


def shown(request: Request, field: str, value: str) -> str:
    """What stands in a field, as the form says it; empty for nothing."""
    if field == "language":
        return LANGUAGES.get(value, value)
    known = {"newsletter": words.NEWSLETTER, "in_menu": _IN_MENU}.get(field, {})
    return message(request, known[value]) if value in known else value
