"""Links that stand alone in an article become cards, with what their pages say of themselves.

Stored HTML keeps the plain link, for feeds and mail, and a page adds the card as soon as there is
one: so a card that comes later, or goes, changes nothing that is stored. A reader's browser asks
nobody: the worker asked the page once (link_fetching.py), and there is no picture.
"""

import html
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from hub.content import link_card_store
from hub.content.link_card_store import LinkCard
from hub.content.model import Post
from hub.db import Transaction
from hub.site.model import Site

# Whoever saves an article again after this has its pages asked anew.
ASKED_AGAIN_AFTER = timedelta(days=30)
# The first of an article; no page of links sends a hundred questions.
MOST = 20
LONGEST_URL = 2_000
# What nh3 wrote: a paragraph that is a link whose words are its own address, or an embedded page.
_ALONE = re.compile(
    r'<p(?: class="(embedded)")?><a href="(https?://[^"<>]+)"(?: rel="noopener")?>([^<>]+)</a></p>'
)


def urls(article: str) -> list[str]:
    """The addresses of links that stand alone, each once."""
    found = (html.unescape(m[2]) for m in _ALONE.finditer(article) if _is_alone(m))
    return [url for url in dict.fromkeys(found) if len(url) <= LONGEST_URL][:MOST]


def want(tx: Transaction, site: Site, post: Post, now: datetime) -> None:
    """Have the pages asked that a post links to: for what is written at the desk, no import."""
    if site.link_cards == "on":
        old = now - ASKED_AGAIN_AFTER
        link_card_store.want(tx, urls(post.html), now=now, old=old)


def for_a_page(tx: Transaction, site: Site, article: str) -> str:
    """The article with the cards that there are."""
    alone = urls(article) if site.link_cards == "on" else []
    if not alone:
        return article
    return _with_cards(article, link_card_store.ready(tx, alone))


def _with_cards(article: str, cards: Mapping[str, LinkCard]) -> str:
    def shown(match: re.Match[str]) -> str:
        card = cards.get(html.unescape(match[2])) if _is_alone(match) else None
        return _html(card) if card else match[0]

    return _ALONE.sub(shown, article)


def _is_alone(match: re.Match[str]) -> bool:
    return bool(match[1]) or match[2] == match[3]


def _html(card: LinkCard) -> str:
    """Phrasing content inside a paragraph, so that it may stand wherever the paragraph did."""
    host = (urlsplit(card.url).hostname or "").removeprefix("www.")
    site = f"{card.site_name} · {host}" if card.site_name not in ("", host) else host
    text = f'<span class="link-card-text" dir="auto">{html.escape(card.description)}</span>'
    return (
        f'<p class="link-card"><a href="{html.escape(card.url)}" rel="noopener">'
        f'<span class="link-card-title" dir="auto">{html.escape(card.title)}</span>'
        f"{text if card.description else ''}"
        f'<span class="link-card-site" dir="auto">{html.escape(site)}</span></a></p>'
    )
