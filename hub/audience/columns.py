"""Lists that other programs wrote: which column means what.

Columns are matched by whole names, whatever their case; what no rule knows is reported,
never guessed. The owner's own mapping comes first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.audience import cells, services
from hub.audience.services import Service
from hub.errors import Refused
from hub.i18n import N_

NAMES = {
    "email": "email, e-mail, email address, e-mail address, mail, address, subscriber, adresse"
    " e-mail, adresse email, adresse mail, adresse électronique, courriel, e-mail-adresse,"
    " emailadresse, mailadresse, correo electrónico, correo, dirección de correo electrónico,"
    " indirizzo email, indirizzo e-mail, e-mailadres, e-mailadresse, e-postadress, e-post,"
    " endereço de e-mail, endereço de email, adres e-mail, sähköposti, メールアドレス, адрес почты",
    "name": "name, full name, full_name, nom, nom complet, display name, display_name",
    "first_name": "first name, first_name, firstname, prénom, prenom, vorname, given name",
    "last_name": "last name, last_name, lastname, surname, nom de famille, nachname, family name",
    "status": "status, state, global status, list status, subscriber_type, statut, statut global,"
    " statut de la liste",
    "cadence": "cadence, frequency",
    "topics": "topics",
    "tags": "tags, labels, tag, list, lists, segments, étiquettes",
    "language": "language, lang, locale, langue, sprache, preferred language",
    "created_at": "created_at, created, created at, creation_date, subscription_date,"
    " subscribed_at, subscription time, optin_time, date added, date_added, signup date,"
    " signup_date, joined, inscription, start date, date d’inscription",
    "confirmed_at": "confirmed_at, confirm_time, confirmation time, confirmation date",
    "unsubscribed_at": "unsubscribed_at, unsub_time, unsubscription_date, deleted_at",
    "bounced_at": "clean_time, bounced_at",
    "subscribed": "subscribed_to_emails, subscribed",
    "not_subscribed": "email_disabled, unsubscribed, opted_out",
    "form": "referrer_url, form_url, signup_source, optin_url",
}
_MEANING = {name.strip(): use for use, names in NAMES.items() for name in names.split(",")}
USES = tuple(NAMES)
# A column that the owner does not want.
NOTHING = "none"
_TIMES = ("created_at", "confirmed_at", "unsubscribed_at", "bounced_at")
# In an address book it says where somebody lives.
_MAY_BE_A_PLACE = ("state",)
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_SAMPLE_SHARE = 0.5
_SEPARATOR = re.compile(r",(?=\s*\w+=)")
_NO_TIMES = N_("its times are not written like 2026-01-31 18:30, so none was taken")

# A row, by column.
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column holds what: uses (`email`, `status`, …) → columns; and what is left out: column
    → why. `service` is who wrote it, where that is known."""

    uses: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]
    columns: tuple[str, ...]
    service: Service | None = None


def given(options: Iterable[str]) -> dict[str, str]:
    """`("email=Work address,name=Nom",)` as column (lower-cased) → use. Raises Refused."""
    found: dict[str, str] = {}
    for option in options:
        for part in _SEPARATOR.split(option):
            use, separator, column = part.strip().partition("=")
            if not separator or not column.strip() or use not in (*USES, NOTHING):
                raise Refused(
                    N_("“%(part)s” is no mapping: write USE=COLUMN, where USE is one of %(uses)s."),
                    part=part.strip()[:80],
                    uses=", ".join((*USES, NOTHING)),
                )
            found[column.strip().casefold()] = use
    return found


def map_columns(sample: Sequence[Values], wanted: Mapping[str, str] | None = None) -> Mapped | None:
    """What the columns of these first rows mean; None when no column holds addresses.

    `wanted` is the owner's own mapping, column (lower-cased) → use: what it names is used so.
    Raises Refused when several columns may be the address.
    """
    wanted = wanted or {}
    columns = tuple(dict.fromkeys(str(column) for row in sample for column in row))
    chosen = set(wanted.values()) - {NOTHING}
    uses: dict[str, tuple[str, ...]] = {}
    left_out: dict[str, str] = {}
    for column in columns:
        name = column.strip().casefold()
        use = wanted.get(name) or _MEANING.get(name)
        if name not in wanted:
            if (
                use in chosen
                or (use == "email" and not _holds_addresses(sample, column))
                or (name in _MAY_BE_A_PLACE and not _holds_statuses(sample, column))
            ):
                use = None
            elif use in _TIMES and not _holds_times(sample, column):
                left_out[column] = _NO_TIMES
                continue
        if use is None or use == NOTHING:
            left_out[column] = services.why_left_out(column)
        else:
            uses[use] = (*uses.get(use, ()), column)
    if "email" not in uses:
        found = [c for c in left_out if c.casefold() not in wanted and _holds_addresses(sample, c)]
        if not found:
            return None
        if len(found) > 1:
            raise Refused(
                N_(
                    "Several columns hold addresses (%(columns)s); keep one, call it “email”, or"
                    " say which with --map email=COLUMN."
                ),
                columns=", ".join(found),
            )
        uses["email"] = (found[0],)
        del left_out[found[0]]
    return Mapped(uses, left_out, columns, services.of(columns))


def _holds_addresses(sample: Sequence[Values], column: str) -> bool:
    """Whether nearly all that stands in the column looks like an address."""
    found = _sampled(sample, column)
    matching = sum(1 for cell in found if _ADDRESS.fullmatch(cells.bare(cell)))
    return bool(found) and matching >= _SAMPLE_SHARE * len(found)


def _holds_statuses(sample: Sequence[Values], column: str) -> bool:
    return all(word.casefold() in services.STATUS for word in _sampled(sample, column))


def _holds_times(sample: Sequence[Values], column: str) -> bool:
    """Whether a time can be read in it; one without any cell may hold some further down."""
    found = _sampled(sample, column)
    return not found or any(map(cells.moment, found))


def _sampled(sample: Sequence[Values], column: str) -> list[str]:
    values: list[Any] = [row.get(column) for row in sample]
    return [text for value in values if (text := cells.text(value))]
