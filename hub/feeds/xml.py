"""RSS 2.0 and Atom (RFC 4287), by feedgen."""

from feedgen.feed import FeedGenerator

from hub.feeds.attached import Attached, Feeds
from hub.feeds.history import NoEntries, history
from hub.feeds.model import Feed, Item


def rss(feed: Feed) -> bytes:
    """The feed as RSS 2.0; whole articles in content:encoded, authors as dc:creator."""
    made = _generator(feed)
    made.load_extension("dc", atom=False, rss=True)
    for item in feed.items:
        entry = _entry(made, item)
        entry.guid(item.id, permalink=False)
        entry.description(item.summary)
        if item.html:
            entry.content(item.html, type="CDATA")
        entry.dc.dc_creator(list(item.authors))
        if file := item.enclosure:
            entry.enclosure(file.url, file.length, file.type)
    return bytes(made.rss_str())


def atom(feed: Feed) -> bytes:
    """The feed as Atom 1.0. An article without an author is the site's own (RFC 4287 §4.1.1)."""
    made = _generator(feed)
    made.register_extension("attached", Feeds, Attached, rss=False)
    made.id(feed.id)
    made.author({"name": feed.title})
    for item in feed.items:
        entry = _entry(made, item)
        entry.id(item.id)
        entry.updated(item.updated)
        entry.attached.file = item.enclosure
        if item.summary:
            entry.summary(item.summary)
        if item.html:
            entry.content(item.html, type="html")
        for name in item.authors:
            entry.author({"name": name})
    return bytes(made.atom_str())


def _generator(feed: Feed) -> FeedGenerator:
    made = FeedGenerator()
    made.title(feed.title)
    made.description(feed.description)
    made.link(href=feed.self_url, rel="self")
    # The last one is the <link> of RSS.
    made.link(href=feed.page_url, rel="alternate")
    made.language(feed.language)
    # Both of the newest article, never of the moment: the same articles are the same bytes.
    made.updated(feed.updated)
    made.lastBuildDate(feed.updated)
    made.generator("hub")
    made.register_extension("history", history(feed), NoEntries)
    return made


def _entry(made: FeedGenerator, item: Item) -> FeedGenerator:
    entry = made.add_entry(order="append")
    entry.title(item.title)
    entry.link(href=item.url, rel="alternate")
    entry.published(item.published)
    entry.category([{"term": topic} for topic in item.topics])
    return entry
