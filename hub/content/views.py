"""What readers see: the first page, articles, pages, lists, and old addresses that lead on."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route

from hub import i18n
from hub.content import article_pictures, dressing, listing, outline
from hub.content.dressing import Dressed
from hub.content.hall import showing
from hub.content.listing import ALL, Listed, Scope
from hub.content.missed import Missed
from hub.content.model import Post
from hub.db import Transaction
from hub.errors import Gone, NotFound
from hub.i18n import N_
from hub.site import identities
from hub.site.model import Site
from hub.web import paging
from hub.web.pages import mark_shared, message, page, quoted
from hub.web.paging import Paging
from hub.web.state import hub
from hub.web.structured_data import Article, Crumb

NO_SUCH_PAGE = N_("There is no such page.")
# Articles on a page of the archive: 20 kB of lines.
ARCHIVED = 100
TAKEN_AWAY = N_("This page was taken away by its owner.")


def home(request: Request) -> Response:
    """What the site is, and its latest articles."""
    with hub(request).db.read() as tx:
        arranged = showing.home(tx)
    return _list(
        request,
        "home.html",
        ALL,
        "/",
        per_page=arranged.per_page if arranged else 0,
        pictures=arranged.pictures if arranged else (),
        sections=arranged.sections if arranged else None,
    )


def topic(request: Request) -> Response:
    """The articles about a topic."""
    with hub(request).db.read() as tx:
        found = listing.topic(tx, _parameter(request, "topic"))
        if found is None:
            return _elsewhere(tx, request, "topic", "")
    scope, crumb = Scope("topic", found.slug), Crumb(found.name, found.path)
    return _list(request, "topic.html", scope, found.path, trail=[crumb], topic=found)


def author(request: Request) -> Response:
    """The articles of an author."""
    with hub(request).db.read() as tx:
        found = listing.author(tx, _parameter(request, "author"))
        if found is None:
            return _elsewhere(tx, request, "author", "")
    scope, crumb = Scope("author", found.id), Crumb(found.name, found.path)
    return _list(request, "author.html", scope, found.path, trail=[crumb], author=found)


def archive(request: Request) -> Response:
    """Every article, by year; as many on a page as fit the weight of a page."""
    number = _page_number(request)
    site = hub(request).site()
    zone = ZoneInfo(site.timezone)
    with hub(request).db.read() as tx:
        total = listing.count(tx)
        here = Paging("/archive", number, paging.pages_of(total, ARCHIVED))
        if number > here.pages:
            raise NotFound(NO_SUCH_PAGE)
        posts = listing.archive(tx, limit=ARCHIVED, offset=(number - 1) * ARCHIVED)
        begun = listing.years(tx, zone)
    years = [
        (year, list(lines))
        for year, lines in groupby(posts, lambda p: p.published_at.astimezone(zone).year)
    ]
    trail = [Crumb(message(request, N_("Archive")), "/archive")]
    return page(
        request,
        "archive.html",
        shared=True,
        paged=True,
        site=site,
        trail=trail,
        years=years,
        all_years=[(y.year, f"{here.url(y.before // ARCHIVED + 1)}#y{y.year}") for y in begun],
        total=total,
        paging=here,
        canonical=site.url(here.here),
    )


def post(request: Request) -> Response:
    """An article."""
    slug = _parameter(request, "slug")
    site = hub(request).site()
    with hub(request).db.read() as tx:
        found = listing.published(tx, "post", slug)
        if found is None:
            return _elsewhere(tx, request, "post", slug)
        dressed = dressing.dress(tx, site, found.post, code_label=_code_label(site))
        newer, older = listing.newer(tx, found.post), listing.older(tx, found.post)
        related = listing.related(tx, found, without=(newer, older))
    return page(
        request,
        "post.html",
        shared=True,
        site=site,
        trail=_trail_of(found),
        article=_article(site, found, dressed),
        item=found,
        **_given(dressed),
        contents=outline.contents(found.post.html, found.post.reading_minutes),
        creators=_creators(request, found),
        newer=newer,
        older=older,
        related=related,
    )


def page_or_old_address(request: Request) -> Response:
    """A page of the owner's, or an address that something had before: the last of all routes."""
    path = _parameter(request, "path")
    slug = path.strip("/")
    site = hub(request).site()
    with hub(request).db.read() as tx:
        found = listing.published(tx, "page", slug)
        if found is None:
            return _elsewhere(tx, request, "page", slug)
        dressed = dressing.dress(tx, site, found.post, code_label=_code_label(site))
    if path != slug:
        return _moved(f"/{slug}")
    return page(
        request,
        "page.html",
        shared=True,
        site=site,
        trail=_trail_of(found),
        item=found,
        **_given(dressed),
    )


def _given(dressed: Dressed) -> dict[str, Any]:
    """An article as its template gets it."""
    return {
        "body": dressed.body,
        "cover_picture": dressed.cover_picture,
        "share_image": dressed.share_image,
        "readings": dressed.readings,
    }


def _code_label(site: Site) -> str:
    return i18n.translate(site.language, outline.CODE_LABEL)


def _trail_of(item: Listed[Post]) -> list[Crumb]:
    """The first topic of an article, and itself."""
    topics = [Crumb(topic.name, topic.path) for topic in item.topics[:1]]
    return [*topics, Crumb(item.post.title, item.post.path)]


def _article(site: Site, item: Listed[Post], dressed: Dressed) -> Article:
    post = item.post
    assert post.published_at is not None  # what is published has its date
    return Article(
        url=post.canonical_url or site.url(quoted(post.path)),
        headline=post.title,
        description=post.about,
        image=dressed.share_image.url,
        language=post.language or site.language,
        published=post.published_at,
        modified=max(post.updated_at, post.published_at),
        authors=tuple(Crumb(author.name, author.path) for author in item.authors),
        topics=tuple(topic.name for topic in item.topics),
    )


def _creators(request: Request, item: Listed[Post]) -> list[str]:
    """Who is named where the article is shared in the fediverse."""
    names = [author.name for author in item.authors]
    return identities.handles_of(hub(request).site().fediverse_creator, names)


def _list(
    request: Request,
    template: str,
    scope: Scope,
    path: str,
    *,
    per_page: int = 0,
    pictures: Iterable[str] = (),
    **context: Any,
) -> Response:
    """A page of a list. `per_page` is by default what the owner says for all lists, `pictures`
    are more of those that the page shows."""
    number = _page_number(request)
    site = hub(request).site()
    per_page = per_page or site.posts_per_page
    with hub(request).db.read() as tx:
        total = listing.count(tx, scope)
        here = Paging(quoted(path), number, paging.pages_of(total, per_page))
        # A topic without an article has no page; the site without one has.
        if total == 0 and scope is not ALL:
            return _elsewhere(tx, request, scope.by, "")
        if number > here.pages:
            raise NotFound(NO_SUCH_PAGE)
        items = listing.latest(tx, scope, limit=per_page, offset=(number - 1) * per_page)
        covers = article_pictures.covers(tx, {*pictures, *(item.post.cover for item in items)})
    return page(
        request,
        template,
        shared=True,
        paged=True,
        site=site,
        items=items,
        covers=covers,
        total=total,
        paging=here,
        canonical=site.url(here.here),
        **context,
    )


def _page_number(request: Request) -> int:
    """Which page of a list is asked for."""
    number = paging.asked(request.scope["query_string"])
    if number is None:
        raise NotFound(NO_SUCH_PAGE)
    return number


def _elsewhere(tx: Transaction, request: Request, kind: str, slug: str) -> Response:
    """Where an address leads that nothing lives at: on, or nowhere any more, or nowhere."""
    path = request.scope["path"]
    # Kept as it was written: percent-encoded by some, decoded by others.
    raw = request.scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
    target = listing.redirect(tx, {path.strip("/"), raw.strip("/")})
    if target is not None and target.address:
        return mark_shared(RedirectResponse(target.address, status_code=301))
    if target is not None and target.status == "published":
        return _moved(target.path)
    if (target is not None and target.status == "deleted") or listing.is_gone(tx, kind, slug):
        raise Gone(TAKEN_AWAY)
    if path.endswith("/") and _is_routed(request, f"/{path.strip('/')}"):
        return _moved(f"/{path.strip('/')}")
    missed: Missed = request.app.state.missed
    missed.note(path, request.headers.get("referer", ""), hub(request).now())
    raise NotFound(NO_SUCH_PAGE)


def _is_routed(request: Request, path: str) -> bool:
    """Whether an address of the hub itself looks like this."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(
        route.matches(scope)[0] is Match.FULL
        for route in request.app.routes
        if route is not OLD_ADDRESSES
    )


def _moved(path: str) -> Response:
    return mark_shared(RedirectResponse(quoted(path), status_code=301))


def _parameter(request: Request, name: str) -> str:
    """A part of the address as it can be looked up; a database cannot even ask for a NUL."""
    value: str = request.path_params[name]
    if "\0" in value:
        raise NotFound(NO_SUCH_PAGE)
    return value


OLD_ADDRESSES = Route("/{path:path}", page_or_old_address)
ROUTES: list[BaseRoute] = [
    Route("/", home),
    Route("/archive", archive),
    Route("/posts/{slug}", post),
    Route("/topics/{topic}", topic),
    Route("/authors/{author}", author),
]
