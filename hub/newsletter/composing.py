"""The mail of an edition: rendered once a language, with slots for what is personal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote, urlsplit

from hub import i18n
from hub.content import mail_pictures
from hub.content.model import path_of
from hub.i18n import N_
from hub.mail import headers, lines, mime, plain_text
from hub.mail.model import Render
from hub.mail.pictures import Picture, fitted
from hub.newsletter import articles, slots
from hub.newsletter.intros import Intro
from hub.newsletter.model import DigestPost, Edition
from hub.site.model import Site
from hub.tokens import Signer

# Gmail hides what comes after 102 kB of HTML (102,400 bytes) behind a link.
LARGEST_HTML = 100_000
_TITLE = 300
_NAME = 120
_PREFIX = 40
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
    "weekly": N_("You get this mail because you subscribed to %(name)s at %(host)s, once a week."),
    "monthly": N_(
        "You get this mail because you subscribed to %(name)s at %(host)s, once a month."
    ),
    "each": N_("You get this mail because you subscribed to each new article at %(host)s."),
}
_TWO = N_("%(title)s, and one more article")
_MANY = N_("%(title)s, and %(count)s more articles")
_BARE = N_("So that Gmail does not cut the mail, shown by their title alone: %(count)s articles.")
_UNLISTED = N_("So that Gmail does not cut the mail, not listed: %(count)s articles.")
_SHORTENED = N_(
    "The article is too long for a mail: %(shown)s of its %(all)s paragraphs are in it, with a link"
    " to the rest."
)
GONE = N_("Not on the disk any more, so the mail goes without: %(pictures)s.")
_TOO_LARGE = N_("The mail has %(size)s kB of HTML; Gmail hides what comes after 102 kB.")

# Renders the HTML with these posts, and how many more there are.
Html = Callable[[Sequence["Item"], int], str]


@dataclass(frozen=True, slots=True)
class Item:
    """A post as the mail templates see it; `excerpt` is empty where there is no room for it.

    `article` and `article_text` are its own HTML and text where the mail carries it, else empty;
    `read_on` says that more of it stands on the site only.
    """

    title: str
    url: str
    excerpt: str
    authors: tuple[str, ...]
    published_at: datetime
    reading_minutes: int = 0
    language: str = ""
    picture: Picture | None = None
    picture_alt: str = ""
    article: str = ""
    article_text: str = ""
    read_on: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """What the owner wrote above the articles: HTML that mail can show, and text, in `language`."""

    html: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What the owner should know of a mail: an English text whose slots `values` fill."""

    text: str
    values: dict[str, object] = field(default_factory=dict)

    def said(self, language: str) -> str:
        return i18n.translate(language, self.text, **self.values)


@dataclass(frozen=True, slots=True)
class Digest:
    """One language of an edition before it is bytes. `remarks`: what is not in it, and why."""

    language: str
    subject: str
    text: str
    html: str
    remarks: tuple[Remark, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of HTML, which Gmail counts."""
        return len(self.html.encode())

    def said(self, language: str) -> tuple[str, ...]:
        """The remarks in words."""
        return tuple(remark.said(language) for remark in self.remarks)


def compose(
    edition: Edition,
    posts: Sequence[DigestPost],
    *,
    language: str,
    site: Site,
    signer: Signer,
    render: Render,
    browser_path: str = "",
    gone: Sequence[str] = (),
    intro: Intro | None = None,
) -> Digest:
    """The mail in a language, with tokens in the places of the slots (hub/newsletter/slots.py).

    The HTML stays under 102 kB: when there is too much, later posts lose their excerpt and
    picture, then are counted only; of an article of its own, as much is shown as fits. `gone` names
    pictures that the posts were relieved of (hub/newsletter/gone_pictures.py). `intro` is what the
    owner wrote for it, the same in every language.
    """
    site = replace(site, base_url=headers.ascii_url(site.base_url))
    tokens = slots.tokens(signer, edition.id)
    items = [_item(site, post) for post in posts]
    own_page = site.url(browser_path or f"/newsletter/{edition.id}")
    subject = intro.subject if intro else ""
    context: dict[str, object] = {
        "site": site,
        "language": language,
        "stream": edition.stream,
        "subject": _subject(site, posts, language, subject),
        "preheader": _preheader(items, of_all=bool(subject)),
        "opening": _opening(intro, site, own_page),
        "intro": _intro(edition.stream, len(items), site, language),
        "made_at": edition.created_at,
        "reason": _reason(edition.stream, site, language),
        "browser_url": own_page,
        "more": 0,
    }

    def html(shown: Sequence[Item], more: int) -> str:
        given = {"posts": shown, "more": more, "slots": tokens.in_html(site)}
        return render("digest.html", language, {**context, **given})

    if len(posts) == 1 and posts[0].html:
        shown, made, remarks = _whole(items[0], posts[0].html, html)
    else:
        shown, made, remarks = _within(items, html)
    if len(made.encode()) > LARGEST_HTML:
        remarks.append(_too_large(made))
    if gone:
        remarks.insert(0, missing(gone))
    context |= {"posts": shown, "more": len(items) - len(shown), "slots": tokens.in_text(site)}
    text = render("digest.txt", language, context)
    return Digest(language, str(context["subject"]), text, made, tuple(remarks))


def template(edition: Edition, digest: Digest, *, site: Site, signer: Signer) -> bytes:
    """The message with its slots marked, ready to be stored and filled."""
    domain = headers.domain_of(site.from_email)
    tokens = slots.tokens(signer, edition.id)
    base_url = headers.ascii_url(site.base_url)
    from_name = lines.cut(site.from_name, _NAME)
    sender = signer.derive(f"feedback {domain}").hex()[:12]
    boundary = "=_" + signer.derive(f"boundary {edition.id}").hex()[:32]
    list_host = urlsplit(base_url).hostname or domain
    head = b"".join(
        (
            headers.address("From", site.from_email, from_name),
            headers.line("To", tokens.to),
            headers.address("Reply-To", site.replies_to),
            headers.text("Subject", lines.one_line(digest.subject)),
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


def missing(pictures: Sequence[str]) -> Remark:
    """That these pictures are not in the mail, by their names."""
    return Remark(GONE, {"pictures": ", ".join(pictures)})


def subject_of(titles: Sequence[str], language: str) -> str:
    """What is inside: the title, or the first title and how many more."""
    more = len(titles) - 1
    if more <= 0:
        return lines.cut(titles[0], _SUBJECT) if titles else ""
    return i18n.translate(
        language,
        _TWO if more == 1 else _MANY,
        title=lines.cut(titles[0], _SUBJECT - 36),
        count=i18n.number(more, language),
    )


# How much goes in.


def _within(items: Sequence[Item], html: Html) -> tuple[Sequence[Item], str, list[Remark]]:
    """As many posts, and as many of them with their excerpt, as stay under the limit."""
    shown: Sequence[Item] = items
    made, remarks = "", list[Remark]()
    for excerpts, listed in _ROOM:
        shown = [
            item if n < excerpts else replace(item, excerpt="", picture=None)
            for n, item in enumerate(items[:listed])
        ]
        # What they say alone is too much: an archive of thousands is not laid out for nothing.
        if _least(shown) > LARGEST_HTML and listed > _ROOM[-1][1]:
            continue
        made = html(shown, len(items) - len(shown))
        bare = sum(1 for item in items[excerpts:listed] if item.excerpt or item.picture)
        remarks = [Remark(_BARE, {"count": bare})] * bool(bare)
        if len(shown) < len(items):
            remarks.append(Remark(_UNLISTED, {"count": len(items) - len(shown)}))
        if len(made.encode()) <= LARGEST_HTML:
            break
    return shown, made, remarks


def _least(items: Sequence[Item]) -> int:
    """Fewer characters than their HTML has bytes."""
    return sum(len(item.url) + len(item.title) + len(item.excerpt) for item in items)


def _whole(item: Item, body: str, html: Html) -> tuple[Sequence[Item], str, list[Remark]]:
    """A single post with its article, or with as much of it as stays under the limit."""
    pieces = articles.blocks(body, item.url)

    def with_article(number: int) -> Item:
        if not number:
            return replace(item, read_on=False)
        some = "\n".join(pieces[:number])
        return replace(item, article=some, read_on=number < len(pieces))

    def fits(number: int) -> bool:
        return len(html([with_article(number)], 0).encode()) <= LARGEST_HTML

    number = articles.most_that_fit(pieces, fits)
    shown = with_article(number)
    shown = replace(shown, article_text=plain_text.from_html(shown.article, item.url))
    values: dict[str, object] = {"shown": number, "all": len(pieces)}
    remarks = [Remark(_SHORTENED, values)] * (number < len(pieces))
    return [shown], html([shown], 0), remarks


def _too_large(made: str) -> Remark:
    return Remark(_TOO_LARGE, {"size": len(made.encode()) // 1000})


# What stands in it.


def _subject(site: Site, posts: Sequence[DigestPost], language: str, own: str) -> str:
    """With what the owner wants in front of each; `own` is what they wrote for this one."""
    subject = own or subject_of([post.title for post in posts], language)
    subject = subject or lines.cut(site.letter_name, _SUBJECT)
    prefix = lines.cut(site.subject_prefix, _PREFIX)
    return lines.cut(f"{prefix} {subject}", _SUBJECT + _PREFIX)


def _intro(stream: str, count: int, site: Site, language: str) -> str:
    one, many = _INTROS[stream]
    return i18n.translate(
        language,
        one if count == 1 else many,
        site=lines.one_line(site.title),
        count=i18n.number(count, language),
    )


def _reason(stream: str, site: Site, language: str) -> str:
    # Of the address that the reader typed the form in: it says more than a name.
    host = urlsplit(site.base_url).netloc
    name = lines.one_line(site.letter_name)
    return i18n.translate(language, _REASONS[stream], name=name, host=host)


def _opening(intro: Intro | None, site: Site, own_page: str) -> Opening | None:
    if intro is None or not intro.html.strip():
        return None
    html = "\n".join(articles.blocks(intro.html, own_page))
    return Opening(html, plain_text.from_html(html, own_page), intro.language or site.language)


def _preheader(items: Sequence[Item], *, of_all: bool) -> str:
    """What the subject does not say: of all articles, or of those that follow the first."""
    if len(items) == 1:
        return lines.cut(items[0].title if of_all else items[0].excerpt, _PREHEADER)
    first = 0 if of_all else 1
    return lines.cut(" · ".join(item.title for item in items[first : first + 3]), _PREHEADER)


def _item(site: Site, post: DigestPost) -> Item:
    return Item(
        title=lines.cut(post.title, _TITLE),
        url=site.url(quote(path_of("post", post.slug))),
        excerpt=lines.cut(post.excerpt, _EXCERPT),
        authors=tuple(lines.cut(name, _NAME) for name in post.authors),
        published_at=post.published_at,
        reading_minutes=post.reading_minutes,
        language=post.language,
        picture=_picture(site, post),
        # It is a link: without words a screen reader would read out the address.
        picture_alt=lines.cut(post.cover_alt or post.title, _EXCERPT),
    )


def _picture(site: Site, post: DigestPost) -> Picture | None:
    """The cover, when it is a picture of the site and its size is known."""
    if post.cover_size is None:
        return None
    width, height = post.cover_size
    return fitted(site.url(mail_pictures.address(post.cover, width)), width, height)
