"""RFC 5005 §4: a feed and its archives, linked, so that every article ever can be read back.

An archive holds the same number of articles as the feed. They are counted from the oldest, and
only full ones exist, so an archive stays as it is while new articles come; what is in none is
in the feed itself.
"""

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from hub.feeds.model import Feed

NAMESPACE = "http://purl.org/syndication/history/1.0"
_ATOM = "http://www.w3.org/2005/Atom"


def archives(total: int, per_feed: int) -> int:
    """How many archives `total` articles fill, `per_feed` in each."""
    return total // per_feed


def history(feed: Feed) -> type[BaseExtension]:
    """The extension of feedgen that writes a feed's place among its archives, and its hub."""
    links = (
        ("hub", feed.hub_url),
        ("current", feed.current_url),
        ("prev-archive", feed.older_url),
        ("next-archive", feed.newer_url),
    )

    class History(BaseExtension):  # type: ignore[misc]  # feedgen has no types
        def extend_ns(self) -> dict[str, str]:
            return {"fh": NAMESPACE}

        def extend_rss(self, root: Any) -> Any:
            self._extend(root.find("channel"))
            return root

        def extend_atom(self, root: Any) -> Any:
            self._extend(root)
            return root

        def _extend(self, element: Any) -> None:
            if feed.current_url:
                etree.SubElement(element, f"{{{NAMESPACE}}}archive")
            for rel, href in links:
                if href:
                    etree.SubElement(element, f"{{{_ATOM}}}link", rel=rel, href=href)

    return History


class NoEntries(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """Entries have no history of their own."""
