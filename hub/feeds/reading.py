"""The feeds of the site, read out of its articles."""

import re
from datetime import UTC, datetime

from hub.content import listing
from hub.content.listing import Listed, Scope
from hub.content.model import Post
from hub.db import Transaction
from hub.feeds.absolute import absolute
from hub.feeds.model import Feed, Item
from hub.site.model import Site

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# XML 1.0 §2.2 has no place for these, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(tx: Transaction, site: Site, scope: Scope, *, name: str, path: str, file: str) -> Feed:
    """The latest articles of a scope, as many as the owner wants in a feed.

    `name` is that of the topic or author, empty for the site; `path` its page, `file` the name
    of the feed beside it (`feed.xml`).
    """
    items = tuple(
        _item(site, found) for found in listing.latest_whole(tx, scope, limit=site.feed_items)
    )
    return Feed(
        title=_clean(f"{name} · {site.title}" if name else site.title),
        description=_clean(site.description or site.title),
        page_url=site.url(path),
        self_url=site.url(f"{path.rstrip('/')}/{file}"),
        language=site.language,
        updated=max((item.updated for item in items), default=site.ready_at or _EPOCH),
        items=items,
    )


def _item(site: Site, found: Listed[Post]) -> Item:
    post = found.post
    assert post.published_at is not None  # what is published has its date
    url = site.url(post.path)
    whole = site.feed_content == "full"
    return Item(
        id=post.uid,
        url=url,
        title=_clean(post.title),
        summary=_clean(post.excerpt),
        html=absolute(_clean(post.html), url) if whole else "",
        image=_absolute_cover(site, post.cover),
        language=post.language or site.language,
        published=post.published_at,
        # A date that an import brought along may lie before the article's own.
        updated=max(post.updated_at, post.published_at),
        authors=tuple(_clean(author.name) for author in found.authors),
        topics=tuple(_clean(topic.name) for topic in found.topics),
    )


def _absolute_cover(site: Site, cover: str) -> str:
    return site.url(cover) if cover.startswith("/") else cover


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
