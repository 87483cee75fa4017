"""Lists that other programs wrote: which column means what, and what a row of them says.

Columns are matched by whole names, whatever their case; what no rule knows is reported,
never guessed. Where a word of a status is unknown, the row is refused: better one reader
too few than mail to somebody who left.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.audience import rules
from hub.audience.model import CADENCES, Cadence, Status
from hub.audience.reading import Row
from hub.audience.record import Record
from hub.audience.spreadsheet import unguarded
from hub.errors import Refused
from hub.i18n import N_
from hub.times import to_text

_NAMES = {
    "email": "email, e-mail, email address, e-mail address, mail, address, adresse e-mail,"
    " adresse email, adresse électronique, courriel, e-mail-adresse, emailadresse",
    "name": "name, full name, full_name, nom, nom complet, display name",
    "first": "first name, first_name, firstname, prénom, prenom, vorname, given name",
    "last": "last name, last_name, lastname, surname, nom de famille, nachname, family name",
    "status": "status, state, global status, list status, subscriber_type, statut",
    "cadence": "cadence, frequency",
    "topics": "topics",
    "language": "language, lang, locale, langue, sprache",
    "created": "created_at, created, created at, creation_date, subscription_date,"
    " subscribed_at, subscription time, optin_time, date added, date_added, signup date,"
    " signup_date, joined, inscription",
    "confirmed": "confirmed_at, confirm_time, confirmation time",
    "unsubscribed": "unsubscribed_at, unsub_time, unsubscription_date, deleted_at",
    "cleaned": "clean_time",
    "subscribed?": "subscribed_to_emails, subscribed",
    "disabled?": "email_disabled",
}
_MEANING = {name.strip(): use for use, names in _NAMES.items() for name in names.split(",")}

_STATUSES: dict[Status, str] = {
    "active": "active, subscribed, confirmed, enabled, regular, premium, gifted, trialed",
    "waiting": "waiting",
    "pending": "pending, unconfirmed, unactivated",
    "unsubscribed": "unsubscribed, inactive, cancelled, canceled, removed, churned, disabled,"
    " cold, archived",
    "bounced": "bounced, cleaned, undeliverable, unreachable",
    "complained": "complained, spam, blocked, blocklisted",
}
_STATUS = {word.strip(): status for status, words in _STATUSES.items() for word in words.split(",")}
# From "may get mail" to "must not": where a row says two things, the later one counts.
_CARE: Sequence[Status] = (
    "active",
    "waiting",
    "pending",
    "unsubscribed",
    "bounced",
    "complained",
)
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_GO_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4})(?: \w+)?", re.ASCII)
_SAMPLE_SHARE = 0.5
_YES = frozenset(("true", "1", "yes"))
_NO = frozenset(("false", "0", "no"))


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column holds what: uses (`email`, `status`, …) → columns; and those not understood."""

    uses: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]

    def first(self, use: str, values: Mapping[str, Any]) -> str:
        """The first non-empty value of a use, as text."""
        return next(filter(None, (_text(values.get(c)) for c in self.uses.get(use, ()))), "")


def map_columns(sample: Sequence[Row]) -> Mapped | None:
    """What the columns of these first rows mean; None when no column holds addresses."""
    columns = list(dict.fromkeys(column for row in sample for column in row.values))
    uses: dict[str, tuple[str, ...]] = {}
    unknown = []
    for column in columns:
        use = _MEANING.get(str(column).strip().casefold())
        if use is None or (use == "email" and not _holds_addresses(sample, column)):
            unknown.append(str(column))
        else:
            uses[use] = (*uses.get(use, ()), column)
    if "email" not in uses:
        found = [column for column in columns if _holds_addresses(sample, column)]
        if not found:
            return None
        if len(found) > 1:
            raise Refused(
                N_("Several columns hold addresses (%(columns)s); keep one or call it “email”."),
                columns=", ".join(map(str, found)),
            )
        uses["email"] = (found[0],)
        unknown = [column for column in unknown if column != str(found[0])]
    return Mapped(uses, tuple(unknown))


def record(values: Mapping[str, Any], mapped: Mapped, defaults: Record) -> Record:
    """A person of a row; what it does not say is as in `defaults`. Raises Refused."""
    status = _status(values, mapped)
    left = None
    if status == "unsubscribed":
        left = _time(mapped.first("unsubscribed", values))
    return Record(
        email=rules.address(_bare(mapped.first("email", values))),
        name=_name(values, mapped),
        status=status,
        cadence=_cadence(mapped.first("cadence", values)),
        paused_until=None,
        topics=_topics(values, mapped),
        language=rules.language(mapped.first("language", values), defaults.language),
        source=defaults.source,
        created_at=_time(mapped.first("created", values)) or defaults.created_at,
        confirmed_at=_time(mapped.first("confirmed", values)),
        unsubscribed_at=left,
        consent=defaults.consent,
    )


def _status(values: Mapping[str, Any], mapped: Mapped) -> Status:
    said: list[Status] = ["active"]
    for column in mapped.uses.get("status", ()):
        if word := _text(values.get(column)).casefold():
            if word not in _STATUS:
                raise Refused(N_("there is no status “%(status)s”"), status=word[:40])
            said.append(_STATUS[word])
    if any(_text(values.get(c)).casefold() in _NO for c in mapped.uses.get("subscribed?", ())):
        said.append("unsubscribed")
    if any(_text(values.get(c)).casefold() in _YES for c in mapped.uses.get("disabled?", ())):
        said.append("unsubscribed")
    if mapped.first("unsubscribed", values):
        said.append("unsubscribed")
    if mapped.first("cleaned", values):
        said.append("bounced")
    return max(said, key=_CARE.index)


def _name(values: Mapping[str, Any], mapped: Mapped) -> str:
    whole = mapped.first("name", values)
    parts = (mapped.first("first", values), mapped.first("last", values))
    return rules.clean_name(unguarded(whole or " ".join(filter(None, parts))))


def _cadence(word: str) -> Cadence:
    # Another program's word for it says nothing about ours.
    return rules.cadence(word if word in CADENCES else "")


def _topics(values: Mapping[str, Any], mapped: Mapped) -> tuple[str, ...]:
    found = [values.get(column) for column in mapped.uses.get("topics", ())]
    texts = [t for value in found for t in (value if isinstance(value, list) else [value])]
    return rules.topics(map(_text, texts))


def _bare(text: str) -> str:
    """The address of `Ada Lovelace <ada@example.org>`, with what a spreadsheet guard added gone."""
    text = unguarded(text)
    if text.endswith(">") and "<" in text:
        return text[text.rindex("<") + 1 : -1]
    return text


def _time(text: str) -> str | None:
    """An ISO 8601 time, or Go's, as text of the database; None for what is not one.

    A time without a zone is taken as UTC; days and months written in local order are left alone.
    """
    if go := _GO_TIME.fullmatch(text):
        text = f"{go[1]}{go[2]}"
    try:
        moment = datetime.fromisoformat(text)
        return to_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _text(value: Any) -> str:
    """A value as text: what JSON calls true is `true`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    return text.encode("utf-8", "ignore").decode().replace("\0", "").strip()


def _holds_addresses(sample: Sequence[Row], column: str) -> bool:
    """Whether nearly all that stands in the column looks like an address."""
    cells = [text for row in sample if (text := _text(row.values.get(column)))]
    matching = sum(1 for cell in cells if _ADDRESS.fullmatch(_bare(cell)))
    return bool(cells) and matching >= _SAMPLE_SHARE * len(cells)
