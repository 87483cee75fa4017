"""What readers agree to when they press the button, in words that can be kept."""

import hashlib

from hub import i18n
from hub.audience.model import ConsentText
from hub.i18n import N_
from hub.site.model import Site

# One text for every way to sign up, so that the log can say exactly what was shown.
_OWN = N_(
    "Yes, send me %(name)s by e-mail, as often as I choose: once a week, once a month, or each"
    " new article. I can leave at any time with one press on a link in every mail."
)


def consent_text(site: Site, language: str) -> ConsentText:
    """The owner's text when there is one, in the language it was written in; else the hub's."""
    if site.consent_text:
        return _versioned(site.consent_text, site.language)
    language = i18n.known(language)
    return _versioned(i18n.translate(language, _OWN, name=site.letter_name), language)


def version(text: str) -> str:
    """12 hex digits that change with the text; empty for an empty one."""
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def _versioned(text: str, language: str) -> ConsentText:
    return ConsentText(text, version(text), language)
