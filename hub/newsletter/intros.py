"""What the owner writes for the next edition of a stream: a few words above its articles, and a
subject. Kept before there is an edition; the next one that is made takes it, and it is in no other.
"""

from dataclasses import dataclass
from datetime import datetime

from hub import i18n, journal
from hub.content import media
from hub.content.rendering import Rendered
from hub.db import Transaction
from hub.errors import Conflict, Refused
from hub.i18n import N_
from hub.mail import lines

LONGEST = 20_000
LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Intro:
    """`html` is safe to show, `language` is the one it was written in; any of them may be empty."""

    subject: str
    language: str
    markdown: str
    html: str


@dataclass(frozen=True, slots=True)
class NextIntro:
    """An intro that waits for its edition, and when it was written."""

    subject: str
    language: str
    markdown: str
    html: str
    written_at: datetime

    @property
    def intro(self) -> Intro:
        return Intro(self.subject, self.language, self.markdown, self.html)


def coming(tx: Transaction, stream: str) -> NextIntro | None:
    """What waits for the next edition of a stream."""
    return tx.one(
        NextIntro,
        "SELECT subject, language, markdown, html, written_at FROM next_intros"
        " WHERE stream = :stream",
        stream=stream,
    )


def of_edition(tx: Transaction, edition_id: int) -> Intro | None:
    """What an edition was made with."""
    return tx.one(
        Intro,
        "SELECT subject, language, markdown, html FROM edition_intros WHERE edition_id = :id",
        id=edition_id,
    )


def check(subject: str, markdown: str, language: str) -> list[Refused]:
    """What cannot be kept, each beside its field."""
    found = []
    if len(lines.one_line(subject)) > LONGEST_SUBJECT:
        found.append(_too_long("subject", LONGEST_SUBJECT))
    if len(markdown) > LONGEST:
        found.append(_too_long("markdown", LONGEST))
    if language and language not in i18n.LANGUAGES:
        found.append(Refused(N_("The hub does not speak this language."), field="language"))
    return found


def write(
    tx: Transaction,
    stream: str,
    *,
    subject: str,
    markdown: str,
    language: str,
    rendered: Rendered,
    seen: datetime | None,
    now: datetime,
) -> None:
    """Keep the intro of the next edition; an empty one is none.

    `seen` is when what was changed had been written, None where there was nothing. Raises Refused
    as `check` names it; Conflict when somebody else wrote another meanwhile, or the edition was
    made with it: nothing goes out twice because a page was left open.
    """
    for refused in check(subject, markdown, language):
        raise refused
    old = coming(tx, stream)
    if (old.written_at if old else None) != seen:
        raise Conflict(
            N_("Somebody saved another text meanwhile: it stands above yours.")
            if old
            else N_("An edition was made meanwhile, with the text as it was saved. Save yours once"
                    " more if it is for the next one.")
        )  # fmt: skip
    html = media.with_sizes(tx, rendered.html)
    put(tx, stream, Intro(lines.one_line(subject), language, markdown, html), now=now)
    if subject.strip() or markdown.strip():
        journal.note(tx, "newsletter", "intro", subject=stream)
    elif old:
        journal.note(tx, "newsletter", "no intro", subject=stream)


def put(tx: Transaction, stream: str, intro: Intro, *, now: datetime) -> None:
    """In the place of whatever waits; an empty one leaves nothing there."""
    tx.execute("DELETE FROM next_intros WHERE stream = :stream", stream=stream)
    if not intro.subject and not intro.markdown.strip():
        return
    tx.execute(
        "INSERT INTO next_intros (stream, subject, language, markdown, html, written_at)"
        " VALUES (:stream, :subject, :language, :markdown, :html, :now)",
        stream=stream,
        subject=intro.subject,
        language=intro.language,
        markdown=intro.markdown,
        html=intro.html,
        now=now,
    )


def take(tx: Transaction, stream: str, edition_id: int) -> Intro | None:
    """Into an edition that is made in this transaction: what waited waits no more."""
    taken = tx.one(
        Intro,
        "DELETE FROM next_intros WHERE stream = :stream"
        " RETURNING subject, language, markdown, html",
        stream=stream,
    )
    if taken is not None:
        tx.execute(
            "INSERT INTO edition_intros (edition_id, subject, language, markdown, html)"
            " VALUES (:edition_id, :subject, :language, :markdown, :html)",
            edition_id=edition_id,
            subject=taken.subject,
            language=taken.language,
            markdown=taken.markdown,
            html=taken.html,
        )
    return taken


def give_back(tx: Transaction, stream: str, edition_id: int, *, now: datetime) -> None:
    """Out of an edition that nobody got; before what was written since, which loses nothing."""
    taken = tx.one(
        Intro,
        "DELETE FROM edition_intros WHERE edition_id = :id"
        " RETURNING subject, language, markdown, html",
        id=edition_id,
    )
    if taken is None:
        return
    since = coming(tx, stream)
    put(tx, stream, _joined(taken, since.intro) if since else taken, now=now)


def _joined(first: Intro, second: Intro) -> Intro:
    return Intro(
        second.subject or first.subject,
        second.language or first.language,
        f"{first.markdown}\n\n{second.markdown}".strip(),
        f"{first.html}\n{second.html}".strip(),
    )


def _too_long(field: str, longest: int) -> Refused:
    return Refused(N_("At most %(longest)s characters."), field=field, longest=longest)
