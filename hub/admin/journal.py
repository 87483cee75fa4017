"""Who changed what, for owners: newest first, by who and by what it was about."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n, journal
from hub.admin import journal_words, words
from hub.admin.forms import number
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.admin.settings import LABELS, shown_values
from hub.i18n import N_
from hub.journal import Entry
from hub.users import store as users
from hub.web.pages import message
from hub.web.state import hub

PER_PAGE = 50
_PATH = "/admin/log"


def log(request: Request) -> Response:
    """Lines of everybody or one, about everything or one kind of thing."""
    asked = request.query_params
    who, area = asked.get("who", ""), asked.get("area", "")
    area = area if area in journal.AREAS else ""
    before = number(asked.get("before", ""))
    with hub(request).db.read() as tx:
        found = journal.page(tx, who=who, area=area, before=before, limit=PER_PAGE + 1)
        people = users.everybody(tx)
    shown, values = found[:PER_PAGE], shown_values(request)
    return desk_page(
        request,
        "admin/log.html",
        section="settings",
        lines=[_line(request, entry, values) for entry in shown],
        older=_address(who, area, shown[-1].id) if len(found) > PER_PAGE else "",
        first=before is None,
        here=_address(who, area),
        who=who,
        area=area,
        actors=[
            *((f"user {one.id}", one.name or one.email) for one in people),
            (journal.COMMAND, message(request, N_("the command line"))),
            (journal.ITSELF, message(request, N_("the hub by itself"))),
        ],
        areas=[(name, message(request, journal_words.AREAS[name])) for name in journal.AREAS],
        days=journal.KEPT.days,
    )


def _line(
    request: Request, entry: Entry, shown: Mapping[tuple[str, str], str]
) -> dict[str, object]:
    """A line as its template shows it: in words, and where it leads. `shown` as shown_values."""
    subject = entry.subject
    if entry.area == "settings":
        subject = message(request, LABELS.get(subject, subject))
    number: int | str | None = entry.number
    if journal_words.counts(entry):
        number = i18n.number(entry.number or 0, hub(request).site().language)
    values = {"subject": subject, "number": number}
    by_word = {journal.COMMAND: N_("the command line"), journal.ITSELF: N_("the hub by itself")}
    actor = by_word.get(entry.who)
    of_next = entry.area == "newsletter" and entry.deed in journal_words.OF_THE_NEXT
    became = entry.subject if of_next else entry.became
    return {
        "entry": entry,
        "text": message(request, journal_words.said(entry), **values),
        "path": journal_words.path(entry),
        "actor": message(request, actor) if actor else entry.name,
        "was": _value(request, entry, entry.was, shown),
        "became": _value(request, entry, became, shown),
    }


def _value(request: Request, entry: Entry, value: str, shown: Mapping[tuple[str, str], str]) -> str:
    if entry.area == "settings":
        return shown.get((entry.subject, value), value)
    names = words.STREAM if entry.area == "newsletter" else journal_words.ROLES
    if value in names:
        return message(request, names[value])
    return value


def _address(who: str, area: str, before: int | None = None) -> str:
    asked = {"who": who, "area": area, "before": before}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{_PATH}?{query}" if query else _PATH


ROUTES = [DeskRoute(_PATH, log, needs=Needs.OWNER)]
