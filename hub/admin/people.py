"""The list of people: found by whatever is known of them, ticked, led to what is done with them."""

from collections.abc import Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import filtering, words
from hub.admin.filtering import LIST
from hub.admin.forms import Errors, Messages, number
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.audience import counts_store, list_imports, people_store, rules, tagging
from hub.audience.gates import rules as gate_rules
from hub.audience.gates import store as gates
from hub.audience.people_store import EVERYONE
from hub.content import shelf
from hub.errors import Refused
from hub.i18n import LANGUAGES
from hub.web.state import hub

PER_PAGE = 50
MOST_HELD = 100


def people(request: Request) -> Response:
    """The list, newest first, or the part of it that the address asks for."""
    errors = Errors(hub(request).site().language, main="tags")
    return people_page(request, request.query_params, Messages(), errors, set())


def people_page(
    request: Request,
    query: Mapping[str, str],
    typed: Messages,
    errors: Errors,
    ticked: set[int],
) -> Response:
    """The part of the list that `query` asks for, with what was typed and ticked there."""
    parts = hub(request)
    timezone = parts.site().timezone
    wanted = filtering.read(query, errors, timezone=timezone)
    asked = filtering.fields(wanted, timezone=timezone)
    after = number(query.get("after", ""))
    with parts.db.read() as tx:
        counts = counts_store.by_status(tx)
        brake = gates.last_brake(tx)
        page = people_store.page(tx, wanted, after=after, limit=PER_PAGE)
        fit = _counted(page, after) if wanted != EVERYONE else None
        if fit is None and wanted.is_kept_count:
            fit = people_store.count(tx, wanted)
        context = {
            "held": gates.count_held(tx, most=MOST_HELD),
            "theirs": tagging.of_each(tx, [one.id for one in page.found]),
            "tags": tagging.names(tx),
            "topics": shelf.topic_names(tx),
            "sources": counts_store.sources(tx),
            "importing": list_imports.has_work(tx),
        }
    started = {"after": query["after"]} if after is not None else {}
    return desk_page(
        request,
        "admin/subscribers.html",
        section="subscribers",
        status=400 if errors else 200,
        **context,
        braking=gate_rules.is_braking(brake, parts.now()),
        typed=typed,
        errors=errors.by_field,
        ticked=ticked,
        found=page.found,
        looked_at=page.looked_at,
        fit=fit,
        counts=counts,
        total=sum(counts.values()),
        wanted=wanted,
        asked=filtering.typed(query),
        filtered=asked.keys() - {"status", "q"},
        traits=filtering.traits(request, wanted),
        undo=_undo(query, asked),
        link=partial(_link, asked),
        tag_all=filtering.address(f"{LIST}/tagging", asked),
        export=filtering.address(f"{LIST}/lists", asked) + "#export",
        keep=filtering.segment_address(wanted, timezone=timezone) if wanted.is_segment else "",
        here=filtering.address(LIST, asked | started),
        more=filtering.address(LIST, asked | {"after": str(page.behind)}) if page.behind else "",
        first=after is None,
        languages=list(LANGUAGES.items()),
        words=words,
    )


def _link(asked: Mapping[str, str], **changed: str) -> str:
    """The first page of the list with something else asked for; an empty text asks for nothing."""
    return filtering.address(LIST, {n: t for n, t in {**asked, **changed}.items() if t})


def _counted(page: people_store.Page, after: int | None) -> int | None:
    """How many fit, when all of them are on this one page."""
    return len(page.found) if after is None and page.behind is None else None


def _undo(query: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, object] | None:
    """What was just done with the tags of all of them, and the way back."""
    people, action = number(query.get("people", "")), query.get("tagged", "")
    try:
        tags = rules.tags(query.get("with", ""))
    except Refused:
        return None
    if people is None or not tags or action not in ("add", "remove"):
        return None
    other = "add" if action == "remove" else "remove"
    back = filtering.address(f"{LIST}/tagging", {**asked, "tags": ", ".join(tags), "action": other})
    return {"tags": ", ".join(tags), "action": action, "people": people, "back": back}


ROUTES = [DeskRoute(LIST, people, needs=Needs.OWNER)]
