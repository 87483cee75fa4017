"""What readers agree to when they press the button, in words that can be kept.

Each text has a version that changes with it. The form carries the version of the words that
stand beside its button, so that the log says what was shown, also when the owner has changed
them since: a page may be open for hours, and a form on another site stays as it was pasted.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from hub import i18n
from hub.audience.model import ConsentText
from hub.db import Transaction
from hub.i18n import N_
from hub.site import store as sites
from hub.site.model import Site

# One text for every way to sign up, so that the log can say exactly what was shown.
_OWN = N_(
    "Yes, send me %(name)s by e-mail, as often as I choose: once a week, once a month, or each"
    " new article. I can leave at any time with one press on a link in every mail."
)
# As the index holds them.
_AGREED = (
    "FROM consent_events AS e WHERE e.kind = 'confirmed' AND e.text_version <> ''"
    " AND e.text_version = t.version AND e.language = t.language"
)


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text of consent that was shown since `since`, and who agreed to it and is on the list.

    `first_at` and `last_at` are when somebody agreed first and last.
    """

    version: str
    language: str
    text: str
    since: datetime
    agreed: int
    first_at: datetime | None
    last_at: datetime | None


def consent_text(site: Site, language: str) -> ConsentText:
    """What a form in `language` says: the owner's words for it, else the owner's words in the
    language of the site, else the hub's."""
    if own := site.consent_in(language):
        return _versioned(own, language)
    if own := site.consent_text or site.consent_in(site.language):
        return _versioned(own, site.language)
    language = i18n.known(language)
    return _versioned(i18n.translate(language, _OWN, name=site.letter_name), language)


def shown(tx: Transaction, site: Site, version: str, language: str) -> ConsentText:
    """The text of that version, as a form said it stood there; today's where none is known."""
    now = [consent_text(site, known) for known in (language, *i18n.LANGUAGES)]
    for text in now:
        if text.version == version:
            return text
    before = tx.one(
        ConsentText,
        "SELECT text, version, language FROM consent_texts WHERE version = :version"
        " ORDER BY language LIMIT 1",
        version=version,
    )
    return before or now[0]


def keep(tx: Transaction, text: ConsentText, now: datetime) -> None:
    """Write down a text that was shown; one that is known keeps its day."""
    tx.execute(
        "INSERT INTO consent_texts (version, language, text, since)"
        " VALUES (:version, :language, :text, :now) ON CONFLICT (version, language) DO NOTHING",
        version=text.version,
        language=text.language,
        text=text.text,
        now=now,
    )


def keep_all(tx: Transaction, now: datetime) -> None:
    """Write down what the forms say now, before and after the owner changes something, and once
    an hour: a new version of the hub may say it in other words."""
    site = sites.load(tx)
    for language in i18n.LANGUAGES:
        keep(tx, consent_text(site, language), now)


def history(tx: Transaction) -> list[ShownText]:
    """Every text that was shown, the newest first, 200 at most; counts by an index alone."""
    return tx.all(
        ShownText,
        "SELECT t.version, t.language, t.text, t.since,"
        f" (SELECT count(*) {_AGREED}) AS agreed,"
        f" (SELECT min(e.at) {_AGREED}) AS first_at, (SELECT max(e.at) {_AGREED}) AS last_at"
        " FROM consent_texts AS t ORDER BY t.since DESC, t.version LIMIT 200",
    )


def version(text: str) -> str:
    """12 hex digits that change with the text; empty for an empty one."""
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def _versioned(text: str, language: str) -> ConsentText:
    return ConsentText(text, version(text), language)
