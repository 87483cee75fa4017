"""The sections of the home at the desk: what each shows, and its cards one by one."""

from dataclasses import dataclass, replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.admin import hall_contents, hall_words
from hub.admin.confirming import ask
from hub.admin.forms import Errors
from hub.admin.hall import PATH, back, pressed
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.content import media, pictures, search, shelf
from hub.content.hall import sections
from hub.content.hall.model import Card, Chosen, Section
from hub.content.rendering import render
from hub.db import Transaction
from hub.errors import NotFound
from hub.i18n import N_
from hub.web.forms import Form
from hub.web.state import hub

_HOME = f"{PATH}/sections"
OFFERED = 12
_WITH_A_FORM = ("chosen", "topic", "text", "cards")


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a section as they were typed."""

    title: str = ""
    topic: str = ""
    most: str = ""
    text: str = ""


def add(request: Request) -> Response:
    """A new section; on to its form, if it has something to fill in."""
    parts = hub(request)
    kind = request.state.form.text("kind")
    with parts.db.write() as tx:
        per_page = parts.site().posts_per_page
        made = sections.add(tx, kind, now=parts.now(), posts_per_page=per_page)
    if kind in _WITH_A_FORM:
        return done(f"{_HOME}/{made.id}")
    return back(f"home-{made.id}", "in-place")


def edit(request: Request) -> Response:
    language = hub(request).site().language
    with hub(request).db.read() as tx:
        section = _of(tx, request)
    typed = Typed(section.title, section.topic, str(section.most), section.text)
    return _page(request, section, typed, Errors(language), request.query_params.get("q", ""))


def save(request: Request) -> Response:
    """Keep what was typed; and do what else was pressed, for which the page comes back."""
    parts, form = hub(request), request.state.form
    section_id, site = _begun(request), parts.site()
    typed = Typed(form.text("title"), form.text("topic"), form.text("most"), form.text("text"))
    errors = Errors(site.language, main="text" if form.text("text") else "title")
    rendered = None
    with errors.caught("text"):
        rendered = render(typed.text, language=site.language)
    if not errors:
        with errors.caught(), parts.db.write() as tx:
            sections.change(
                tx,
                section_id,
                title=typed.title,
                topic=typed.topic,
                most=typed.most,
                text=typed.text,
                rendered=rendered,
            )
            return _on(tx, section_id, form)
    with parts.db.read() as tx:
        section = sections.find(tx, section_id)
    return _page(request, section, typed, errors, form.text("q"))


def _on(tx: Transaction, section_id: int, form: Form) -> Response:
    """What follows a form that is kept."""
    path = f"{_HOME}/{section_id}"
    if press := hall_contents.press_of(form):
        landing = hall_contents.act(tx, sections.find(tx, section_id), press)
        return back(landing.at, landing.notice, press=landing.press, path=path)
    if form.flag("new-card"):
        return done(f"{path}/cards/new")
    # The return key in the field for words presses the first button, which saves.
    if form.flag("find") or form.text("q") != form.text("found"):
        return RedirectResponse(f"{path}?q={quote(form.text('q'))}#find", status_code=303)
    return back(f"home-{section_id}", "saved")


def act(request: Request) -> Response:
    """Up, down, hidden, shown, gone."""
    what: str = request.path_params["act"]
    section_id = _begun(request)
    press, notice = "", "moved"
    with hub(request).db.write() as tx:
        if what in ("move-up", "move-down"):
            down = what == "move-down"
            sections.move(tx, section_id, down=down)
            ids = [section.id for section in sections.of(tx, 0)]
            press = pressed(ids.index(section_id), len(ids), down)
        elif what in ("hide", "show"):
            sections.hide(tx, section_id, hidden=what == "hide")
            notice = "hidden" if what == "hide" else "shown"
            press = "show" if what == "hide" else "hide"
        else:
            raise NotFound(N_("There is no such page."))
    return back(f"home-{section_id}", notice, press=press)


def ask_remove(request: Request) -> Response:
    with hub(request).db.read() as tx:
        section = _of(tx, request)
    return ask(
        request,
        section="hall",
        title=N_("Remove this section from the home?"),
        text=N_("What you wrote into it is gone. To keep it for later, hide it."),
        button=N_("Remove it"),
        back=PATH,
        values={},
        lines=(section.title,) if section.title else (),
    )


def remove(request: Request) -> Response:
    section_id = _begun(request)
    with hub(request).db.write() as tx:
        sections.remove(tx, section_id)
    return back("home", "removed")


def new_card(request: Request) -> Response:
    with hub(request).db.read() as tx:
        section = _of(tx, request)
    return _card_page(request, Card(0, section.id, "", "", "", ""))


def edit_card(request: Request) -> Response:
    with hub(request).db.read() as tx:
        card = sections.card(tx, request.path_params["id"], request.path_params["card"])
    return _card_page(request, card)


def save_card(request: Request) -> Response:
    """A card as typed, with an uploaded picture, one that is here already, or none."""
    parts, form = hub(request), request.state.form
    with parts.db.read() as tx:
        _of(tx, request)
    typed = Card(
        request.path_params.get("card", 0),
        request.path_params["id"],
        form.text("title"),
        form.text("text"),
        form.text("address"),
        form.text("picture_chosen"),
    )
    errors = Errors(parts.site().language, main="title")
    with errors.caught("picture"):
        data = form.upload("picture")
        fresh = media.keep(parts.settings.media, data) if data else None
        if fresh is not None:
            typed = replace(typed, picture=fresh.address)
            # Even when something else is refused: it need not be chosen again.
            with parts.db.write() as tx:
                media.record(tx, fresh, parts.now())
    if not errors:
        with errors.caught(), parts.db.write() as tx:
            made = sections.put_card(tx, typed)
            return back(f"card-{made.id}", "saved", path=f"{_HOME}/{typed.section_id}")
    return _card_page(request, typed, errors)


def _of(tx: Transaction, request: Request) -> Section:
    """The section that an address names: by its number, or of a home that nobody arranged by kind.

    Raises NotFound.
    """
    name: str = str(request.path_params["id"])
    per_page = hub(request).site().posts_per_page
    for section in sections.of(tx, per_page):
        if name == str(section.id) or (section.id == 0 and name == section.kind):
            return section
    raise NotFound(N_("This section is not there any more."))


def _begun(request: Request) -> int:
    """The section that is to be changed, after which the home is the owner's."""
    parts = hub(request)
    with parts.db.write() as tx:
        section = _of(tx, request)
        if section.id:
            return section.id
        sections.begin(tx, parts.site().posts_per_page, parts.now())
        made = sections.of(tx, 0)
        return next(one.id for one in made if one.kind == section.kind)


def _page(request: Request, section: Section, typed: Typed, errors: Errors, query: str) -> Response:
    parts = hub(request)
    chosen: list[Chosen] = []
    cards: list[Card] = []
    offered: list[tuple[int, str]] = []
    with parts.db.read() as tx:
        if section.kind == "chosen":
            chosen = sections.chosen(tx, section.id)
            there = {one.post_id for one in chosen}
            offered = [one for one in _offered(tx, query) if one[0] not in there]
        if section.kind == "cards":
            cards = sections.cards(tx, section.id)
        topics = shelf.topics(tx) if section.kind == "topic" else []
    return desk_page(
        request,
        "admin/hall_section.html",
        section="hall",
        status=400 if errors else 200,
        shown=section,
        typed=typed,
        words=hall_words,
        topics=topics,
        chosen=chosen,
        cards=cards,
        query=query,
        offered=offered,
        errors=errors.by_field,
    )


def _offered(tx: Transaction, query: str) -> list[tuple[int, str]]:
    """Published articles to choose from: those that hold the words, or the newest."""
    if not query:
        return [(post.id, post.title) for post in shelf.published(tx, "post", limit=10)]
    return [(hit.id, hit.plain_title) for hit in search.find(tx, query).hits if hit.kind == "post"]


def _card_page(request: Request, card: Card, errors: Errors | None = None) -> Response:
    with hub(request).db.read() as tx:
        offered = shelf.pictures(tx, limit=OFFERED)
    wrong = errors or Errors(hub(request).site().language)
    return desk_page(
        request,
        "admin/hall_card.html",
        section="hall",
        status=400 if wrong else 200,
        card=card,
        offered=offered,
        most=pictures.LARGEST // 1_000_000,
        errors=wrong.by_field,
    )


_ONE = f"{_HOME}/{{id:int}}"
_ANY = f"{_HOME}/{{id}}"
ROUTES = [
    DeskRoute(f"{_HOME}/new", add, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/cards/new", new_card, needs=Needs.OWNER),
    DeskRoute(
        f"{_ONE}/cards/new",
        save_card,
        needs=Needs.OWNER,
        methods=["POST"],
        uploads=pictures.LARGEST,
        slow=True,
    ),
    DeskRoute(f"{_ONE}/cards/{{card:int}}", edit_card, needs=Needs.OWNER),
    DeskRoute(
        f"{_ONE}/cards/{{card:int}}",
        save_card,
        needs=Needs.OWNER,
        methods=["POST"],
        uploads=pictures.LARGEST,
        slow=True,
    ),
    DeskRoute(f"{_ANY}/remove", ask_remove, needs=Needs.OWNER),
    DeskRoute(f"{_ANY}/remove", remove, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ANY}/act/{{act}}", act, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(_ANY, edit, needs=Needs.OWNER),
    DeskRoute(_ANY, save, needs=Needs.OWNER, methods=["POST"], slow=True),
]
