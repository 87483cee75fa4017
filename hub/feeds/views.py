"""/feed.xml, /atom.xml and /feed.json, of the site, a topic and an author; sitemap and robots."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.content import listing
from hub.content.listing import ALL, Scope
from hub.db import Transaction
from hub.errors import NotFound
from hub.feeds import json_feed, reading, sitemap, xml
from hub.i18n import N_
from hub.web.pages import mark_shared
from hub.web.state import hub

_WRITERS = {
    "feed.xml": (xml.rss, "application/rss+xml; charset=utf-8"),
    "atom.xml": (xml.atom, "application/atom+xml; charset=utf-8"),
    "feed.json": (json_feed.json_feed, "application/feed+json; charset=utf-8"),
}


def feed(request: Request) -> Response:
    """The latest articles, for feed readers."""
    file = request.scope["path"].rpartition("/")[2]
    write, content_type = _WRITERS[file]
    site = hub(request).site()
    with hub(request).db.read() as tx:
        scope, name, path = _scope(tx, request)
        found = reading.feed(tx, site, scope, name=name, path=path, file=file)
    return mark_shared(Response(write(found), headers={"content-type": content_type}))


def site_map(request: Request) -> Response:
    """Every address that is worth finding."""
    site = hub(request).site()
    with hub(request).db.read() as tx:
        lines = [*listing.pages(tx), *listing.archive(tx)]
    body = sitemap.sitemap(site, lines)
    return mark_shared(Response(body, headers={"content-type": "application/xml; charset=utf-8"}))


def robots(request: Request) -> Response:
    """What crawlers may read."""
    return mark_shared(Response(sitemap.robots(hub(request).site()), media_type="text/plain"))


def _scope(tx: Transaction, request: Request) -> tuple[Scope, str, str]:
    """Which articles, the name of their topic or author, and its page."""
    topic, author = request.path_params.get("topic"), request.path_params.get("author")
    if topic is None and author is None:
        return ALL, "", "/"
    if topic and "\0" not in topic and (about := listing.topic(tx, topic)):
        return Scope("topic", about.slug), about.name, about.path
    if author and "\0" not in author and (writer := listing.author(tx, author)):
        return Scope("author", writer.id), writer.name, writer.path
    raise NotFound(N_("There is no such feed."))


ROUTES: list[BaseRoute] = [
    *(
        Route(f"{folder}/{file}", feed)
        for folder in ("", "/topics/{topic}", "/authors/{author}")
        for file in _WRITERS
    ),
    Route("/sitemap.xml", site_map),
    Route("/robots.txt", robots),
]
