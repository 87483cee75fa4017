"""RSS 2.0 and Atom (RFC 4287), by feedgen."""

from feedgen.feed import FeedGenerator

from hub import i18n
from hub.feeds.attached import Attached, Feeds
from hub.feeds.history import NoEntries, history
from hub.feeds.model import Feed, Item
from hub.i18n import N_

# Without two hyphens beside each other (XML 1.0 §2.5).
_NOTE = N_(
    "This is a feed: copy its address into a feed reader. The page /feeds of this site says more."
)


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
    return _explained(bytes(made.rss_str()), feed)


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
    return _explained(bytes(made.atom_str()), feed)


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


def _explained(document: bytes, feed: Feed) -> bytes:
    """With a word in front for whoever opens it in a browser, which shows its source as it is."""
    head, body = document.split(b"\n", 1)
    note = i18n.translate(feed.language, _NOTE)
    return b"%s\n<!-- %s -->\n%s" % (head, note.encode(), body)


def _entry(made: FeedGenerator, item: Item) -> FeedGenerator:
    entry = made.add_entry(order="append")
    entry.title(item.title)
    entry.link(href=item.url, rel="alternate")
    entry.published(item.published)
    entry.category([{"term": topic} for topic in item.topics])
    return entry
