"""The owner's hall at the desk: what stands in menu and footer, and what the home is made of."""

from dataclasses import dataclass, replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.admin import hall_words
from hub.admin.confirming import ask
from hub.admin.forms import Errors, Messages
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.content import shelf
from hub.content.hall import links, sections, showing, store
from hub.content.hall.model import FIXED, PLACES, SINGLE, Link, Place, Section
from hub.content.hall.model import SECTIONS as KINDS
from hub.errors import NotFound
from hub.i18n import N_
from hub.web.pages import message
from hub.web.state import hub

PATH = "/admin/hall"
_PAGES = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form of a new line."""

    what: str = ""
    label: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the desk lists it; `at` is the path of what can be done with it."""

    title: str
    link: Link
    at: str


def overview(request: Request) -> Response:
    return _page(request, Errors(hub(request).site().language), "", Typed())


def add_link(request: Request) -> Response:
    parts, form = hub(request), request.state.form
    place = links.place_named(request.path_params["place"])
    typed = Typed(form.text("what"), form.text("label"), form.text("address"))
    errors = Errors(parts.site().language, main="what")
    with errors.caught(), parts.db.write() as tx:
        link = links.add(
            tx, place, typed.what, label=typed.label, address=typed.address, now=parts.now()
        )
        return back(f"{place}-{link.name}", "in-place")
    return _page(request, errors, place, typed)


def edit_link(request: Request) -> Response:
    place, name = _asked(request)
    with hub(request).db.read() as tx:
        link = links.find(tx, place, name)
    typed = Typed("", link.label, link.target)
    return _link_page(request, place, link, typed, Errors(hub(request).site().language))


def rename_link(request: Request) -> Response:
    parts, form = hub(request), request.state.form
    place, name = _asked(request)
    typed = Typed("", form.text("label"), form.text("address"))
    errors = Errors(parts.site().language, main="label")
    with errors.caught(), parts.db.write() as tx:
        link = links.rename(
            tx, place, name, label=typed.label, address=typed.address, now=parts.now()
        )
        return back(f"{place}-{link.name}", "saved")
    with parts.db.read() as tx:
        link = links.find(tx, place, name)
    return _link_page(request, place, link, typed, errors)


def move_link(request: Request) -> Response:
    parts = hub(request)
    place, name = _asked(request)
    down = request.path_params["where"] == "down"
    with parts.db.write() as tx:
        links.move(tx, place, name, down=down, now=parts.now())
        there = [link.name for link in links.of(tx, place)]
    return back(f"{place}-{name}", "moved", press=pressed(there.index(name), len(there), down))


def remove_link(request: Request) -> Response:
    parts = hub(request)
    place, name = _asked(request)
    with parts.db.write() as tx:
        links.remove(tx, place, name, now=parts.now())
    return back(place, "removed")


def ask_reset(request: Request) -> Response:
    place = request.path_params["place"]
    if place not in (*PLACES, "home"):
        raise NotFound(N_("There is no such page."))
    texts = {
        "menu": N_("Your order and your own lines go; every page marked for the menu is in it."),
        "footer": N_("Your order and your own lines go."),
        "home": N_("Your sections go, with their texts and cards. To keep them, hide them."),
    }
    return ask(
        request,
        section="hall",
        title=N_("Back to how it comes?"),
        text=texts[place],
        button=N_("Back to how it comes"),
        back=PATH,
        values={},
    )


def reset(request: Request) -> Response:
    place = request.path_params["place"]
    with hub(request).db.write() as tx:
        if place == "home":
            sections.reset(tx)
        else:
            links.reset(tx, links.place_named(place))
    return back(place, "usual")


def pressed(index: int, count: int, down: bool) -> str:
    """Which button stands where the finger was: at an end there is only the other one."""
    if down:
        return "down" if index < count - 1 else "up"
    return "up" if index > 0 else "down"


def back(at: str, notice: str, *, press: str = "", path: str = PATH) -> Response:
    """To the list after a change: at what was changed, or at its button `press`, which has the
    focus then."""
    place = f"{at}-{press}" if press else at
    return RedirectResponse(f"{path}?done={notice}#{quote(place)}", status_code=303)


def _asked(request: Request) -> tuple[Place, str]:
    name: str = request.path_params["name"]
    return links.place_named(request.path_params["place"]), name


def _page(request: Request, errors: Errors, place: str, typed: Typed) -> Response:
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        arranged = store.arranged(tx)
        lines = {
            one: [
                Line(
                    showing.title_of(link, one, site.language),
                    link,
                    f"{PATH}/{one}/{quote(link.name)}",
                )
                for link in there
            ]
            for one, there in links.of_all(tx).items()
        }
        home = sections.of(tx, site.posts_per_page)
        pages = shelf.published(tx, "page", limit=_PAGES)
        topics = shelf.topics(tx)
        summaries = hall_words.summaries(tx, home, site)
    return desk_page(
        request,
        "admin/hall.html",
        section="hall",
        status=400 if errors else 200,
        arranged=arranged,
        lines=lines,
        there={one: {line.link.name for line in lines[one]} for one in PLACES},
        home=home,
        summaries=summaries,
        kinds=[(k, hall_words.KINDS[k]) for k in KINDS if not _is_taken(k, home)],
        words=hall_words,
        pages_offered=[(f"page-{one.id}", one.title) for one in pages],
        topics_offered=[(f"topic-{one.slug}", one.name) for one in topics],
        fixed=[(name, message(request, label)) for name, (_, label) in FIXED.items()],
        faults={one: errors.by_field if one == place else Messages() for one in PLACES},
        wrong=place,
        typed=typed,
    )


def _is_taken(kind: str, home: list[Section]) -> bool:
    return kind in SINGLE and any(section.kind == kind for section in home)


def _link_page(
    request: Request, place: Place, link: Link, typed: Typed, errors: Errors
) -> Response:
    language = hub(request).site().language
    return desk_page(
        request,
        "admin/hall_link.html",
        section="hall",
        status=400 if errors else 200,
        place=place,
        link=link,
        usual=showing.title_of(replace(link, label=""), place, language),
        typed=typed,
        errors=errors.by_field,
        back=f"{PATH}#{place}-{link.name}",
    )


ROUTES = [
    DeskRoute(PATH, overview, needs=Needs.OWNER),
    DeskRoute(f"{PATH}/{{place}}/reset", ask_reset, needs=Needs.OWNER),
    DeskRoute(f"{PATH}/{{place}}/reset", reset, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{PATH}/{{place}}/new", add_link, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{PATH}/{{place}}/{{name}}", edit_link, needs=Needs.OWNER),
    DeskRoute(f"{PATH}/{{place}}/{{name}}", rename_link, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(
        f"{PATH}/{{place}}/{{name}}/move-{{where}}",
        move_link,
        needs=Needs.OWNER,
        methods=["POST"],
    ),
    DeskRoute(
        f"{PATH}/{{place}}/{{name}}/remove", remove_link, needs=Needs.OWNER, methods=["POST"]
    ),
]
