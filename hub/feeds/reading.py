"""The feeds of the site, read out of its articles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid5
from xml.sax.saxutils import escape

from hub import i18n
from hub.content import article_pictures, listing
from hub.content.absolute import absolute
from hub.content.listing import Listed, Scope, Sound
from hub.content.model import Post
from hub.db import Transaction
from hub.feeds import history
from hub.feeds.model import Enclosure, Feed, Item
from hub.site import store as sites
from hub.site.model import Site

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# XML 1.0 §2.2 has no place for these, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feed lives: `name` of its topic or author (empty for the site), `path` of its page,
    `file` is the feed's name beside it (`feed.xml`)."""

    scope: Scope
    name: str
    path: str
    file: str


def feed(tx: Transaction, site: Site, place: Place) -> Feed:
    """The latest articles of a scope, as many as the owner wants in a feed."""
    found = listing.latest_whole(tx, place.scope, limit=site.feed_items)
    full = history.archives(listing.count(tx, place.scope), site.feed_items)
    return _feed(
        tx,
        site,
        place,
        found,
        self_url=_url(site, place),
        older_url=_url(site, place, full),
        hub_url=site.websub_hub,
    )


def archive(tx: Transaction, site: Site, place: Place, number: int) -> Feed | None:
    """An archive of a feed, 1 with the oldest articles; None when it is not full yet."""
    full = history.archives(listing.count(tx, place.scope), site.feed_items)
    if not 1 <= number <= full:
        return None
    after = (number - 1) * site.feed_items
    return _feed(
        tx,
        site,
        place,
        listing.chapter(tx, place.scope, after=after, limit=site.feed_items),
        self_url=_url(site, place, number),
        current_url=_url(site, place),
        older_url=_url(site, place, number - 1),
        newer_url=_url(site, place, number + 1) if number < full else "",
    )


def _feed(
    tx: Transaction,
    site: Site,
    place: Place,
    found: list[Listed[Post]],
    *,
    self_url: str,
    older_url: str,
    current_url: str = "",
    newer_url: str = "",
    hub_url: str = "",
) -> Feed:
    named = {one.post.audio for one in found if one.post.audio}
    sounds = listing.sounds(tx, named) if named else {}
    pictures = article_pictures.for_feeds(
        tx, (one.post.html for one in found), (one.post.cover for one in found)
    )
    items = tuple(_item(site, one, sounds.get(one.post.audio), pictures) for one in found)
    return Feed(
        # RFC 4287 §4.2.6: it stays when the site moves, and is that of the archives too.
        id=uuid5(sites.uid(tx), place.path).urn,
        title=_clean(f"{place.name} · {site.title}" if place.name else site.title),
        description=_clean(site.description or site.title),
        page_url=site.url(place.path),
        self_url=self_url,
        language=site.language,
        updated=max((item.updated for item in items), default=site.ready_at or _EPOCH),
        items=items,
        current_url=current_url,
        older_url=older_url,
        newer_url=newer_url,
        hub_url=hub_url,
    )


def _url(site: Site, place: Place, archive: int | None = None) -> str:
    """The address of a feed or of one of its archives; empty for archive 0, which nobody has."""
    folder = place.path.rstrip("/")
    if archive is None:
        return site.url(f"{folder}/{place.file}")
    return site.url(f"{folder}/archive/{archive}/{place.file}") if archive else ""


def _in_its_language(site: Site, post: Post, html: str) -> str:
    """An article in another language than the feed says so itself: neither RSS nor most readers of
    Atom know the language, and the direction, of one entry."""
    language = post.language or site.language
    if not html or language == site.language:
        return html
    direction = i18n.direction(language)
    return f'<div lang="{escape(language)}" dir="{direction}">{html}</div>'


def _item(
    site: Site, found: Listed[Post], sound: Sound | None, pictures: Mapping[str, str]
) -> Item:
    post = found.post
    assert post.published_at is not None  # what is published has its date
    url = site.url(post.path)
    whole = site.feed_content == "full"
    html = article_pictures.at(post.html, pictures) if whole else ""
    return Item(
        id=post.uid,
        url=url,
        title=_clean(post.title),
        summary=_clean(post.excerpt),
        html=_in_its_language(site, post, absolute(_clean(html), url)),
        image=_absolute_cover(site, pictures.get(post.cover, post.cover)),
        language=post.language or site.language,
        published=post.published_at,
        # A date that an import brought along may lie before the article's own.
        updated=max(post.updated_at, post.published_at),
        authors=tuple(_clean(author.name) for author in found.authors),
        topics=tuple(_clean(topic.name) for topic in found.topics),
        enclosure=Enclosure(site.url(post.audio), sound.content_type, sound.bytes)
        if sound
        else None,
    )


def _absolute_cover(site: Site, cover: str) -> str:
    return site.url(cover) if cover.startswith("/") else cover


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
