"""Welcoming who has just confirmed: what the page shows, and the mail if the owner wants one."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from urllib.parse import quote

from hub import i18n
from hub.audience import signup, suppression
from hub.audience import store as audience
from hub.content import rendering
from hub.content.absolute import absolute
from hub.content.model import path_of
from hub.db import Transaction
from hub.errors import Refused, Unavailable
from hub.i18n import N_
from hub.mail import headers, plain_text
from hub.mail.model import Composer, Letter, QueuedMail, Render
from hub.newsletter import editions, ledger, planning
from hub.newsletter.editions import PublicEdition
from hub.newsletter.model import DigestPost
from hub.site.model import Site
from hub.tokens import Signer

ARTICLES = 3
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a new reader is shown. `words` is the owner's text as safe HTML, empty without one.

    `next_at` is when their next newsletter comes, None for who gets each article.
    """

    words: str
    next_at: datetime | None
    edition: PublicEdition | None
    articles: tuple[DigestPost, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a welcome is for; the number 0 is nobody's."""

    id: int
    email_key: str
    cadence: str
    language: str


def gather(tx: Transaction, site: Site, reader: Reader, now: datetime) -> Welcome:
    """The welcome of a reader, as things stand."""
    newest = editions.public(tx, limit=1)
    return Welcome(
        words=_html(_own_text(site, reader.language), reader.language),
        next_at=planning.comes_next(tx, site, reader.cadence, now),
        edition=newest[0] if newest else None,
        articles=_articles(tx, site, now),
    )


def gone(tx: Transaction, site: Site) -> tuple[str, ...]:
    """The slugs among the owner's chosen articles that no reader can see."""
    return _unseen(tx, site.welcome_posts)


def refuse_unseen(tx: Transaction, wanted: str, *, stored: str) -> None:
    """Raises Refused when the owner chooses an article that no reader can see. What is stored
    stays: one that was deleted since is told of, and stands in nobody's way.

    `wanted` and `stored`: slugs, one a line.
    """
    unseen = _unseen(tx, wanted) if wanted.split() != stored.split() else ()
    if unseen:
        raise Refused(
            N_("No published article has the address “%(slug)s”."),
            field="welcome_posts",
            slug=unseen[0],
        )


def _unseen(tx: Transaction, wanted: str) -> tuple[str, ...]:
    slugs = wanted.split()
    there = {post.slug for post in ledger.by_slugs(tx, slugs)} if slugs else set()
    return tuple(slug for slug in slugs if slug not in there)


def welcome(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """The mail of one confirmation; None for who has left since, or when the owner wants none."""
    confirmation = audience.confirmation(tx, mail.subject_id)
    subscriber = audience.get(tx, confirmation.subscriber_id) if confirmation else None
    if subscriber is None or subscriber.status != "active" or site.welcome_mail == "off":
        return None
    if suppression.is_suppressed(tx, subscriber.email_key):
        return None
    reader = Reader(subscriber.id, subscriber.email_key, subscriber.cadence, mail.language)
    found = gather(tx, site, reader, mail.created_at)
    return letter(found, reader, site=site, signer=signer, render=render)


def letter(found: Welcome, reader: Reader, *, site: Site, signer: Signer, render: Render) -> Letter:
    """The mail; its only personal links are those to leave and to choose."""
    base_url = headers.ascii_url(site.base_url)
    language = reader.language
    unsubscribe_url = f"{base_url}/unsubscribe/{signer.sign('unsubscribe', reader.id)}"
    own_token = signer.sign("preferences", reader.id, reader.email_key)
    subject = _own_subject(site, language) or i18n.translate(
        language, N_("Welcome to %(name)s"), name=site.letter_name
    )
    context: dict[str, object] = {
        "site": site,
        "language": language,
        "subject": subject,
        "words": absolute(found.words, base_url + "/"),
        "words_text": plain_text.from_html(found.words, base_url + "/"),
        "cadence": reader.cadence,
        "next_at": found.next_at,
        "edition": found.edition,
        "edition_url": f"{base_url}/newsletter/{found.edition.id}" if found.edition else "",
        "articles": [Teaser.of(post, site) for post in found.articles],
        "unsubscribe_url": unsubscribe_url,
        "preferences_url": f"{base_url}/preferences/{own_token}",
    }
    return Letter(
        subject,
        render("welcome.txt", language, context),
        render("welcome.html", language, context),
        unsubscribe_url,
    )


@dataclass(frozen=True, slots=True)
class Teaser:
    """An article as the mail shows it; `url` is absolute."""

    title: str
    url: str
    excerpt: str

    @classmethod
    def of(cls, post: DigestPost, site: Site) -> "Teaser":
        excerpt = " ".join(post.excerpt.split())
        if len(excerpt) > _EXCERPT:
            excerpt = excerpt[: _EXCERPT - 1].rpartition(" ")[0] + "…"
        return cls(
            " ".join(post.title.split()), site.url(quote(path_of("post", post.slug))), excerpt
        )


def _articles(tx: Transaction, site: Site, now: datetime) -> tuple[DigestPost, ...]:
    """The owner's chosen ones that are still on the site, in their order; else the newest."""
    slugs = site.welcome_posts.split()
    chosen = ledger.by_slugs(tx, slugs) if slugs else ()
    if not chosen:
        return ledger.latest(tx, ARTICLES, now)
    return tuple(sorted(chosen, key=lambda post: slugs.index(post.slug)))


def _own_text(site: Site, language: str) -> str:
    return site.welcome_text_fr if language == "fr" else site.welcome_text_en


def _own_subject(site: Site, language: str) -> str:
    return site.welcome_subject_fr if language == "fr" else site.welcome_subject_en


def _html(markdown: str, language: str) -> str:
    if not markdown:
        return ""
    try:
        return _rendered(markdown, language)
    except (Refused, Unavailable):
        # A welcome must not fail for a text that cannot be shown as it was meant.
        paragraphs = (escape(part) for part in re.split(r"\n\s*\n", markdown))
        return "".join(f"<p>{part}</p>" for part in paragraphs)


@lru_cache(maxsize=8)
def _rendered(markdown: str, language: str) -> str:
    return rendering.render(markdown, language=language).html


COMPOSERS: dict[str, Composer] = {signup.WELCOME: welcome}
