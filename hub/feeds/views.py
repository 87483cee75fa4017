"""/feed.xml, /atom.xml and /feed.json, of the site, a topic and an author, with their archives;
sitemap, robots, and how to search."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.content import listing
from hub.content.listing import ALL, Scope
from hub.db import Transaction
from hub.errors import NotFound
from hub.feeds import json_feed, opensearch, reading, sitemap, xml
from hub.feeds.model import Feed
from hub.feeds.reading import Place
from hub.i18n import N_
from hub.web.pages import mark_shared, page
from hub.web.state import hub

MOST_TOPICS = 200
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


def about(request: Request) -> Response:
    """What a feed is, and where they are: for visitors."""
    site = hub(request).site()
    with hub(request).db.read() as tx:
        topics = listing.topics(tx, limit=MOST_TOPICS)
    whole = site.feed_content == "full"
    return page(request, "feeds.html", site=site, shared=True, topics=topics, whole=whole)


def site_map(request: Request) -> Response:
    """Every address that is worth finding; of a very large site, the list of its maps."""
    site = hub(request).site()
    with hub(request).db.read() as tx:
        number = sitemap.parts(tx)
        body = sitemap.sitemap(tx, site) if number == 1 else sitemap.index(site, number)
    return _xml(body)


def site_map_part(request: Request) -> Response:
    """One of the maps of a very large site."""
    name: str = request.path_params["number"]
    site = hub(request).site()
    with hub(request).db.read() as tx:
        number = sitemap.parts(tx)
        asked = next((n for n in range(1, number + 1) if str(n) == name), None)
        if asked is None or number == 1:
            raise NotFound(N_("There is no such page."))
        body = sitemap.sitemap(tx, site, asked)
    return _xml(body)


def search_description(request: Request) -> Response:
    """How browsers and programs search this site."""
    body = opensearch.description(hub(request).site())
    return mark_shared(Response(body, headers={"content-type": opensearch.CONTENT_TYPE}))


def robots(request: Request) -> Response:
    """What crawlers may read."""
    return mark_shared(Response(sitemap.robots(hub(request).site()), media_type="text/plain"))


def _xml(body: bytes) -> Response:
    return mark_shared(Response(body, headers={"content-type": "application/xml; charset=utf-8"}))


def _written(request: Request, found: Feed) -> Response:
    write, content_type = _WRITERS[_file(request)]
    # Named in the header too: WebSub (§4) looks there first.
    links = [f'<{found.self_url}>; rel="self"']
    if found.hub_url:
        links.insert(0, f'<{found.hub_url}>; rel="hub"')
    headers = {"content-type": content_type, "link": ", ".join(links)}
    return mark_shared(Response(write(found), headers=headers))


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
    Route("/feeds", about),
    Route("/sitemap.xml", site_map),
    Route("/sitemap-{number}.xml", site_map_part),
    Route("/opensearch.xml", search_description),
    Route("/robots.txt", robots),
]
