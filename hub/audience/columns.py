"""Lists that other programs wrote: which column means what.

Columns are matched by whole names, whatever their case; what no rule knows is reported,
never guessed. The owner's own mapping comes first.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.audience import cells, dates, headings, services
from hub.audience.headings import USES
from hub.audience.services import Service
from hub.errors import Refused
from hub.i18n import N_

# A column that the owner does not want.
NOTHING = "none"
_TIMES = ("created_at", "confirmed_at", "unsubscribed_at", "bounced_at")
# Whoever has anything in such a column must not get mail, also where it is no time.
_DEPARTURES = ("unsubscribed_at", "bounced_at")
# The heading of a last name, where one of these first names stands beside.
_BESIDE = {"nom": {"prenom"}, "name": {"vorname"}}
# In an address book it says where somebody lives.
_MAY_BE_A_PLACE = ("state", "etat")
# Headings that say yes or no in one list, and name something in another.
_ALWAYS_AN_ANSWER = ("subscribed", "subscribed_to_emails")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_SAMPLE_SHARE = 0.5
_SEPARATOR = re.compile(r",(?=\s*\w+=)")
_NO_TIMES = N_(
    "its times can be read in two ways, or are not written like 2026-01-31 18:30; none was taken"
)
_STATUS_ALONE = N_(
    "its times cannot be read, so none was taken; whoever has something in it gets no mail"
)
_OURS_ALONE = N_("only name, topics, tags, language, cadence and status are taken of it")
_DOUBTFUL = N_("not understood; people who left may be in it")

# A row, by column.
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column holds what: uses (`email`, `status`, …) → columns; and what is left out: column
    → why. `service` is who wrote it, where that is known. `orders`: how the times of a column are
    written. `doubtful`: columns left out that may say who left."""

    uses: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]
    columns: tuple[str, ...]
    service: Service | None = None
    orders: Mapping[str, dates.Order] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()


class Undecided(Refused):
    """Several columns may be the address; its owner has to say which. `columns`: all there are."""

    def __init__(self, found: Sequence[str], columns: tuple[str, ...]) -> None:
        super().__init__(
            N_(
                "Several columns hold addresses (%(columns)s): say which one counts, with --map"
                " email=COLUMN or under “Columns” at the desk."
            ),
            columns=", ".join(found),
        )
        self.columns = columns


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
            name = column.strip().casefold()
            if found.get(name, use) != use:
                raise Refused(
                    N_("“%(column)s” is mapped to two uses: %(first)s and %(second)s. Name one."),
                    column=column.strip()[:80],
                    first=found[name],
                    second=use,
                )
            found[name] = use
    if list(found.values()).count("email") > 1:
        raise Refused(N_("Name one column of addresses: email=… stands there more than once."))
    return found


def check_wanted(wanted: Mapping[str, str], columns: Iterable[str]) -> None:
    """Raises Refused where the owner's mapping names a column that is not there."""
    there = list(dict.fromkeys(columns))
    missing = wanted.keys() - {column.strip().casefold() for column in there}
    if missing:
        raise Refused(
            N_("There is no column “%(missing)s”. The columns are: %(columns)s."),
            missing="”, “".join(sorted(missing)),
            columns=", ".join(there),
        )


def columns_of(sample: Sequence[Values], header: Sequence[str] = ()) -> tuple[str, ...]:
    """The columns of a table, or of the objects in a sample."""
    found = (str(column) for row in sample for column in row)
    return tuple(dict.fromkeys((*header, *found)))


def map_columns(
    sample: Sequence[Values],
    wanted: Mapping[str, str] | None = None,
    header: Sequence[str] = (),
) -> Mapped | None:
    """What the columns of these first rows mean; None when no column holds addresses.

    `wanted` is the owner's own mapping, column (lower-cased) → use: what it names is used so.
    Raises Undecided when several columns may be the address.
    """
    wanted = wanted or {}
    columns = columns_of(sample, header)
    french = any(map(headings.is_french, columns))
    uses: dict[str, tuple[str, ...]] = {}
    left_out: dict[str, str] = {}
    orders: dict[str, dates.Order] = {}
    doubtful: list[str] = []
    for column in columns:
        name = column.strip().casefold()
        found = _sampled(sample, column)
        use = wanted.get(name) or _guessed(column, found, set(wanted.values()))
        order = dates.order_of(found, french=french) if use in _TIMES else None
        if order:
            orders[column] = order
        elif use in _DEPARTURES and found:
            left_out[column] = _STATUS_ALONE
        elif use in _TIMES and found:
            left_out[column] = _NO_TIMES
            continue
        if use is None or use == NOTHING:
            left_out[column] = services.why_left_out(column)
            if use is None and _may_say_who_left(column, found):
                left_out[column] = _DOUBTFUL
                doubtful.append(column)
            continue
        if use == "attributes":
            left_out[column] = _OURS_ALONE
        uses[use] = (*uses.get(use, ()), column)
    if "email" not in uses:
        addressed = _address_column(
            columns, sample, {c for c in left_out if c.strip().casefold() not in wanted}
        )
        if addressed is None:
            return None
        uses["email"] = (addressed,)
        del left_out[addressed]
    if "first_name" in uses and "last_name" not in uses:
        _split_names(uses, wanted)
    return Mapped(uses, left_out, columns, services.of(columns), orders, tuple(doubtful))


def _address_column(
    columns: tuple[str, ...], sample: Sequence[Values], free: Collection[str]
) -> str | None:
    """The one of the columns left over that holds addresses. Raises Undecided for several."""
    found = [c for c in columns if c in free and _holds_addresses(_sampled(sample, c))]
    if len(found) > 1:
        raise Undecided(found, columns)
    return found[0] if found else None


def _guessed(column: str, found: Sequence[str], chosen: Collection[str]) -> str | None:
    """The use that a heading stands for, where the cells agree with it."""
    use, name = headings.meaning(column), headings.folded(column)
    if use in chosen:
        return None
    if use == "email":
        return use if not found or _holds_addresses(found) else None
    if name in _MAY_BE_A_PLACE and not _all_statuses(found):
        return None
    if name == "inscription" and found and all(map(_is_answer, found)):
        return "subscribed"
    if use == "subscribed" and name not in _ALWAYS_AN_ANSWER:
        fits = all(
            _is_answer(c) or dates.is_like_one(c) or services.status(c.casefold()) for c in found
        )
        return use if fits else None
    return use


def _may_say_who_left(column: str, found: Sequence[str]) -> bool:
    """Whether a column that no rule knows might be the one that says who left."""
    if services.why_left_out(column) != services.NOT_UNDERSTOOD:
        return False
    if headings.speaks_of_leaving(column):
        return True
    if found and all(map(_is_answer, found)):
        return True
    is_dated = bool(found) and all(map(dates.is_like_one, found))
    return is_dated and headings.may_speak_of_leaving(column)


def _split_names(uses: dict[str, tuple[str, ...]], wanted: Mapping[str, str]) -> None:
    """“Nom” beside “Prénom” is the last name, and “Name” beside “Vorname”."""
    first = {headings.folded(column) for column in uses["first_name"]}
    last = [
        column
        for column in uses.get("name", ())
        if _BESIDE.get(headings.folded(column), set()) & first
        and column.strip().casefold() not in wanted
    ]
    if last:
        rest = tuple(column for column in uses.pop("name") if column not in last)
        uses["last_name"] = tuple(last)
        if rest:
            uses["name"] = rest


def _is_answer(cell: str) -> bool:
    word = cell.casefold()
    return cells.is_yes(word) or cells.is_no(word)


def _all_statuses(found: Sequence[str]) -> bool:
    return all(services.status(word.casefold()) for word in found)


def _holds_addresses(found: Sequence[str]) -> bool:
    """Whether nearly all that stands in the column looks like an address."""
    matching = sum(1 for cell in found if _ADDRESS.fullmatch(cells.bare(cell)))
    return bool(found) and matching >= _SAMPLE_SHARE * len(found)


def is_address(cell: str) -> bool:
    """Whether a cell looks like an address."""
    return _ADDRESS.fullmatch(cells.bare(cell.strip())) is not None


def _sampled(sample: Sequence[Values], column: str) -> list[str]:
    values: list[Any] = [row.get(column) for row in sample]
    return [text for value in values if (text := cells.text(value))]
