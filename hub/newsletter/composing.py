"""The mail of an edition: rendered once a language, with slots for what is personal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urlsplit

from hub import i18n
from hub.content.model import path_of
from hub.i18n import N_
from hub.mail import headers, mime
from hub.mail.model import Render
from hub.newsletter import slots
from hub.newsletter.model import DigestPost, Edition
from hub.site.model import Site
from hub.tokens import Signer

# Gmail hides what comes after 102 kB of HTML (102,400 bytes) behind a link.
LARGEST_HTML = 100_000
_EXCERPT = 360
_PREHEADER = 140
_SUBJECT = 120
# How many articles get an excerpt and how many are listed at all, until the mail fits.
_ROOM = ((10_000, 10_000), (60, 200), (25, 80), (8, 30), (0, 10))

_INTROS = {
    "weekly": (
        N_("This week on %(site)s: one new article."),
        N_("This week on %(site)s: %(count)s new articles."),
    ),
    "monthly": (
        N_("This month on %(site)s: one new article."),
        N_("This month on %(site)s: %(count)s new articles."),
    ),
    "each": (
        N_("A new article on %(site)s."),
        N_("%(count)s new articles on %(site)s."),
    ),
}
_REASONS = {
    "weekly": N_("You receive this mail because you subscribed to %(site)s, once a week."),
    "monthly": N_("You receive this mail because you subscribed to %(site)s, once a month."),
    "each": N_("You receive this mail because you subscribed to every article of %(site)s."),
}
_TWO = N_("%(title)s, and one more article")
_MANY = N_("%(title)s, and %(count)s more articles")


@dataclass(frozen=True, slots=True)
class Item:
    """A post as the mail templates see it; `excerpt` is empty where there is no room for it."""

    title: str
    url: str
    excerpt: str
    authors: tuple[str, ...]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """One language of an edition before it is bytes."""

    language: str
    subject: str
    text: str
    html: str


def compose(
    edition: Edition,
    posts: Sequence[DigestPost],
    *,
    language: str,
    site: Site,
    signer: Signer,
    render: Render,
    browser_path: str = "",
) -> Digest:
    """The digest in a language, with tokens in the places of the slots (hub/newsletter/slots.py).

    The HTML stays under 102 kB: when there is too much, later posts lose their excerpt,
    then are counted only.
    """
    site = replace(site, base_url=headers.ascii_url(site.base_url))
    tokens = slots.tokens(signer, edition.id)
    subject = subject_of([post.title for post in posts], language)
    items = [_item(site, post) for post in posts]
    context: dict[str, object] = {
        "site": site,
        "language": language,
        "stream": edition.stream,
        "subject": subject,
        "preheader": _preheader(items),
        "intro": _intro(edition.stream, len(items), site, language),
        "reason": i18n.translate(language, _REASONS[edition.stream], site=site.title),
        "browser_url": site.url(browser_path or f"/newsletter/{edition.id}"),
    }
    html = ""
    for excerpts, listed in _ROOM:
        context["posts"] = [
            item if n < excerpts else replace(item, excerpt="")
            for n, item in enumerate(items[:listed])
        ]
        context["more"] = max(0, len(items) - listed)
        html = render("digest.html", language, {**context, "slots": tokens.in_html(site)})
        if len(html.encode()) <= LARGEST_HTML:
            break
    text = render("digest.txt", language, {**context, "slots": tokens.in_text(site)})
    return Digest(language, subject, text, html)


def template(edition: Edition, digest: Digest, *, site: Site, signer: Signer) -> bytes:
    """The message with its slots marked, ready to be stored and filled.

    Raises Refused for a control character in a header (the owner's name or a title).
    """
    domain = headers.domain_of(site.from_email)
    tokens = slots.tokens(signer, edition.id)
    base_url = headers.ascii_url(site.base_url)
    sender = signer.derive(f"feedback {domain}").hex()[:12]
    boundary = "=_" + signer.derive(f"boundary {edition.id}").hex()[:32]
    list_host = urlsplit(base_url).hostname or domain
    head = b"".join(
        (
            headers.address("From", site.from_email, site.from_name),
            headers.line("To", tokens.to),
            headers.address("Reply-To", site.replies_to),
            headers.text("Subject", digest.subject),
            headers.date(edition.created_at),
            headers.line("Message-ID", f"<{tokens.message_id}@{domain}>"),
            headers.line("List-Id", f"<{edition.stream}.newsletter.{list_host}>"),
            # RFC 8058: one https address, never folded.
            headers.line("List-Unsubscribe", f"<{base_url}/unsubscribe/{tokens.unsubscribe}>"),
            headers.line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            headers.line("Feedback-ID", f"{edition.id}:{edition.stream}:newsletter:{sender}"),
        )
    )
    body = mime.alternative(digest.text, digest.html, boundary=boundary, whole=tokens.all())
    return tokens.marked(head + body)


def subject_of(titles: Sequence[str], language: str) -> str:
    """What is inside: the title, or the first title and how many more."""
    first = _line(titles[0], _SUBJECT) if titles else ""
    more = len(titles) - 1
    if more <= 0:
        return first
    shorter = _line(titles[0], _SUBJECT - 36)
    return i18n.translate(
        language, _TWO if more == 1 else _MANY, title=shorter, count=i18n.number(more, language)
    )


def _intro(stream: str, count: int, site: Site, language: str) -> str:
    one, many = _INTROS[stream]
    return i18n.translate(
        language, one if count == 1 else many, site=site.title, count=i18n.number(count, language)
    )


def _preheader(items: Sequence[Item]) -> str:
    if len(items) == 1:
        return _line(items[0].excerpt, _PREHEADER)
    return _line(" · ".join(item.title for item in items[1:4]), _PREHEADER)


def _item(site: Site, post: DigestPost) -> Item:
    return Item(
        title=_line(post.title, 300),
        url=site.url(quote(path_of("post", post.slug))),
        excerpt=_line(post.excerpt, _EXCERPT),
        authors=post.authors,
        published_at=post.published_at,
    )


def _line(text: str, longest: int) -> str:
    """One line without control characters, cut at a word, with an ellipsis when it was longer."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"
