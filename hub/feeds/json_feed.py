"""JSON Feed 1.1 (jsonfeed.org), by hand: no maintained library writes it."""

import json

from hub.feeds.model import Enclosure, Feed, Item
from hub.times import to_text

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON; what is empty is left out."""
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.self_url,
        **({"next_url": feed.older_url} if feed.older_url else {}),
        "description": feed.description,
        "language": feed.language,
        **({"hubs": [{"type": "WebSub", "url": feed.hub_url}]} if feed.hub_url else {}),
        "items": [_item(item) for item in feed.items],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _item(item: Item) -> dict[str, object]:
    # An item needs one of content_html and content_text, even when it is only an excerpt.
    body = {"content_html": item.html} if item.html else {"content_text": item.summary}
    return {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        **({"summary": item.summary} if item.summary and item.html else {}),
        **body,
        **({"image": item.image} if item.image else {}),
        "date_published": to_text(item.published),
        "date_modified": to_text(item.updated),
        **({"authors": [{"name": name} for name in item.authors]} if item.authors else {}),
        **({"tags": list(item.topics)} if item.topics else {}),
        "language": item.language,
        **({"attachments": [_attachment(item.enclosure)]} if item.enclosure else {}),
    }


def _attachment(file: Enclosure) -> dict[str, object]:
    return {"url": file.url, "mime_type": file.type, "size_in_bytes": file.length}
