"""/feed.xml, /atom.xml and /feed.json, of the site, a topic and an author, with their archives;
sitemap and robots."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.content import listing
from hub.content.listing import ALL, Scope
from hub.db import Transaction
from hub.errors import NotFound
from hub.feeds import json_feed, reading, sitemap, xml
from hub.feeds.model import Feed
from hub.feeds.reading import Place
from hub.i18n import N_
from hub.web.pages import mark_shared
from hub.web.state import hub

NO_SUCH_FEED = N_("There is no such feed.")
_WRITERS = {
    "feed.xml": (xml.rss, "application/rss+xml; charset=utf-8"),
    "atom.xml": (xml.atom, "application/atom+xml; charset=utf-8"),
    "feed.json": (json_feed.json_feed, "application/feed+json; charset=utf-8"),
}


def feed(request: Request) -> Response:
    """The latest articles, for feed readers."""
    site = hub(request).site()
    with hub(request).db.read() as tx:
        found = reading.feed(tx, site, _place(tx, request))
    return _written(request, found)


def archive(request: Request) -> Response:
    """Older articles, for feed readers that want them all (RFC 5005)."""
    site = hub(request).site()
    with hub(request).db.read() as tx:
        found = reading.archive(tx, site, _place(tx, request), request.path_params["number"])
    if found is None:
        raise NotFound(NO_SUCH_FEED)
    return _written(request, found)


def site_map(request: Request) -> Response:
    """Every address that is worth finding."""
    site = hub(request).site()
    with hub(request).db.read() as tx:
        lines = [*listing.pages(tx), *listing.every(tx)]
    body = sitemap.sitemap(site, lines)
    return mark_shared(Response(body, headers={"content-type": "application/xml; charset=utf-8"}))


def robots(request: Request) -> Response:
    """What crawlers may read."""
    return mark_shared(Response(sitemap.robots(hub(request).site()), media_type="text/plain"))


def _written(request: Request, found: Feed) -> Response:
    write, content_type = _WRITERS[_file(request)]
    return mark_shared(Response(write(found), headers={"content-type": content_type}))


def _file(request: Request) -> str:
    return str(request.scope["path"]).rpartition("/")[2]


def _place(tx: Transaction, request: Request) -> Place:
    """Which feed this is: of the site, a topic or an author."""
    topic, author = request.path_params.get("topic"), request.path_params.get("author")
    file = _file(request)
    if topic is None and author is None:
        return Place(ALL, "", "/", file)
    if topic and "\0" not in topic and (about := listing.topic(tx, topic)):
        return Place(Scope("topic", about.slug), about.name, about.path, file)
    if author and "\0" not in author and (writer := listing.author(tx, author)):
        return Place(Scope("author", writer.id), writer.name, writer.path, file)
    raise NotFound(NO_SUCH_FEED)


ROUTES: list[BaseRoute] = [
    *(
        route
        for folder in ("", "/topics/{topic}", "/authors/{author}")
        for file in _WRITERS
        for route in (
            Route(f"{folder}/{file}", feed),
            Route(f"{folder}/archive/{{number:int}}/{file}", archive),
        )
    ),
    Route("/sitemap.xml", site_map),
    Route("/robots.txt", robots),
]
