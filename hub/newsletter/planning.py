"""Making editions: what is due by the schedule, and what the owner sends out of turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub import i18n, journal, logs
from hub.db import Transaction
from hub.errors import Refused
from hub.i18n import N_
from hub.mail.model import Render
from hub.newsletter import (
    composing,
    deliveries,
    editions,
    gone_pictures,
    intros,
    ledger,
    places,
    presses,
    rules,
    schedule,
    telling,
    undoing,
)
from hub.newsletter.composing import Digest
from hub.newsletter.intros import Intro
from hub.newsletter.model import DigestPost, Edition, NextEdition, Period
from hub.site import store as sites
from hub.site.model import Site
from hub.tokens import Signer


@dataclass(frozen=True, slots=True)
class Press:
    """What it takes to make the mail of an edition. `media` is the folder of the pictures."""

    site: Site
    signer: Signer
    render: Render
    media: Path


def plan_due(tx: Transaction, press: Press, now: datetime) -> Edition | None:
    """Make one edition that is due, with its mail; None when none is (or another worker did).

    A period without posts, or without readers, is made and skipped, with the reason.
    Raises Refused when its mail cannot be made; nothing is taken then.
    """
    for stream in schedule.SCHEDULED:
        period = _due_period(tx, press.site, stream, now)
        if period is not None:
            return _make(tx, press, stream, period.name, waiting(tx, stream, now), now)
    if press.site.ready_at is not None:
        for post in waiting(tx, "each", now):
            # None: its edition was called off once; the posts behind it are not.
            made = _make(tx, press, "each", rules.post_period(post.id), [post], now)
            if made is not None:
                return made
    return None


def is_due(tx: Transaction, site: Site, now: datetime) -> bool:
    """Whether `plan_due` would make something: a look that takes no lock."""
    if any(_due_period(tx, site, stream, now) for stream in schedule.SCHEDULED):
        return True
    return site.ready_at is not None and bool(waiting(tx, "each", now))


def send_now(
    tx: Transaction,
    press: Press,
    stream: str,
    now: datetime,
    *,
    starts_at: datetime | None = None,
) -> list[Edition]:
    """Make an edition out of turn, of what waits; one for each post in the stream `each`.

    Until `starts_at` nothing of it leaves, and it can be undone (hub/newsletter/undoing.py).
    Raises Refused, and takes nothing, when nothing waits or nobody would get it.
    """
    _refuse_unready(press.site)
    posts = waiting(tx, stream, now)
    if not posts:
        raise Refused(N_("There is nothing to send: no article waits for this newsletter."))
    if not deliveries.has_readers(tx, rules.CADENCE[stream], now):
        raise Refused(N_("There is nobody to send to: this newsletter has no active readers."))
    if stream == "each":
        issues = [(rules.post_period(post.id), [post]) for post in posts]
    else:
        issues = [(rules.now_period(now), list(posts))]
    made = [_make(tx, press, stream, period, some, now, starts_at) for period, some in issues]
    return [edition for edition in made if edition is not None]


def send_due(tx: Transaction, press: Press, stream: str, now: datetime) -> list[Edition]:
    """Make the edition of a stream that is due now.

    Raises Refused when none is, saying when the next one comes.
    """
    _refuse_unready(press.site)
    if stream == "each":
        return send_now(tx, press, stream, now)
    period = _due_period(tx, press.site, stream, now)
    if period is None:
        following = next_edition(tx, press.site, stream, now).period
        raise Refused(
            N_(
                "No newsletter is due now; the next one comes on %(when)s. --now sends one at once."
            ),
            when=i18n.date_and_time(following.begins_at, "en", press.site.timezone)
            if following
            else "",
        )
    edition = _make(tx, press, stream, period.name, waiting(tx, stream, now), now)
    return [edition] if edition is not None else []


def next_edition(tx: Transaction, site: Site, stream: str, now: datetime) -> NextEdition:
    """What the next edition of a stream would hold as things stand, when, and for how many."""
    period = _next_period(tx, site, stream, now)
    posts = waiting(tx, stream, now)
    return NextEdition(stream, period, posts, deliveries.readers(tx, rules.CADENCE[stream], now))


def waiting(tx: Transaction, stream: str, now: datetime) -> tuple[DigestPost, ...]:
    """What waits, as it is read: a digest opens with the newest, unless the owner arranged it
    otherwise; single posts go out in turn."""
    posts = ledger.waiting_posts(tx, stream, rules.MEANT_FOR[stream], now)
    return posts if stream == "each" else places.arranged(tx, stream, posts[::-1])


def comes_next(tx: Transaction, site: Site, cadence: str, now: datetime) -> datetime | None:
    """When the next newsletter comes to readers of a cadence; None for who gets each article."""
    for stream, theirs in rules.CADENCE.items():
        if theirs == cadence and site.ready_at is not None:
            period = _next_period(tx, site, stream, now)
            return period.begins_at if period else None
    return None


def queue(tx: Transaction, edition_id: int, now: datetime, *, limit: int = deliveries.BATCH) -> int:
    """Queue the next batch of a planned edition; how many. The last call sets it to sending."""
    edition = editions.get(tx, edition_id)
    if edition is None or edition.status != "planned" or undoing.is_held(edition, now):
        return 0
    if edition.stream == "letter":
        queued = deliveries.queue_segment(
            tx, edition, editions.segment_of(tx, edition_id), now=now, limit=limit
        )
    else:
        queued = deliveries.queue_batch(
            tx, edition, rules.CADENCE[edition.stream], now=now, limit=limit
        )
    if queued is None:
        tx.grown("deliveries")
        editions.set_status(tx, edition_id, "sending", reason="", finished_at=None)
        if editions.finish(tx, edition_id, now):
            telling.sent(tx, edition_id, site=sites.load(tx), now=now)
        tx.site_changed()
    return queued or 0


def _make(
    tx: Transaction,
    press: Press,
    stream: str,
    period: str,
    posts: Sequence[DigestPost],
    now: datetime,
    starts_at: datetime | None = None,
) -> Edition | None:
    """The edition with its posts taken and its mail rendered, or None when it exists already."""
    has_readers = deliveries.has_readers(tx, rules.CADENCE[stream], now)
    reason = rules.NO_POSTS if not posts else "" if has_readers else rules.NO_READERS
    with tx.savepoint():
        edition_id = editions.insert(
            tx,
            stream=stream,
            period=period,
            status="skipped" if reason else "planned",
            reason=reason,
            now=now,
            starts_at=starts_at,
        )
        if edition_id is None:
            return None
        editions.start_counts(tx, edition_id)
        ledger.take(tx, edition_id, stream, [post.id for post in posts])
        places.forget(tx, stream, edition_id)
        # A period that is skipped leaves it for the next.
        intro = None if reason else intros.take(tx, stream, edition_id)
        edition = editions.get(tx, edition_id)
        assert edition is not None
        own = intro.subject if intro else ""
        editions.set_subject(
            tx,
            edition_id,
            own or composing.subject_of([post.title for post in posts], press.site.language),
        )
        if not reason:
            _render(tx, press, edition, posts, intro)
        made = editions.get(tx, edition_id)
        assert made is not None
        telling.made(tx, made, has_readers=has_readers, site=press.site, now=now)
        if not reason:
            journal.note(tx, "newsletter", "sent", subject=made.subject, number=made.id)
        return made


def _render(
    tx: Transaction,
    press: Press,
    edition: Edition,
    posts: Sequence[DigestPost],
    intro: Intro | None,
) -> None:
    if edition.stream == "each" and press.site.each_content == "full":
        posts = ledger.with_article(tx, posts)
    links = presses.Links(edition, press.site, press.signer)
    shown, gone = gone_pictures.left_out(posts, press.media)
    opening, missing = gone_pictures.out_of_intro(intro, press.media)
    for language in i18n.LANGUAGES:
        digest = composing.compose(
            edition,
            shown,
            language=language,
            site=press.site,
            signer=press.signer,
            render=press.render,
            gone=(*missing, *gone),
            intro=opening,
        )
        log_remarks(edition.id, digest)
        counted = links.counted(digest)
        template = composing.template(edition, counted, site=press.site, signer=press.signer)
        editions.put_mail(tx, edition.id, language, template)
    links.keep(tx)


def log_remarks(edition_id: int, digest: Digest) -> None:
    """A line for each thing that a mail goes without."""
    for said in digest.said(i18n.DEFAULT):
        logs.warning("edition.remark", id=edition_id, language=digest.language, what=said)


def _due_period(tx: Transaction, site: Site, stream: str, now: datetime) -> Period | None:
    begins = schedule.begins_with(site, stream, now)
    if begins is None:
        return None
    for scheduled in schedule.SCHEDULED:
        if scheduled == stream:
            plan = schedule.schedule_of(site, scheduled)
            last = _last(tx, stream, schedule.current(plan, now))
            return schedule.due(plan, last, begins, now)
    return None


def _next_period(tx: Transaction, site: Site, stream: str, now: datetime) -> Period | None:
    for scheduled in schedule.SCHEDULED:
        if scheduled == stream:
            plan = schedule.schedule_of(site, scheduled)
            last = _last(tx, stream, schedule.current(plan, now))
            return schedule.next_due(
                plan, last, schedule.begins_with(site, stream, now) or now, now
            )
    return None


def _last(tx: Transaction, stream: str, current: Period) -> str | None:
    return current.name if editions.period_made(tx, stream, current.name) else None


def _refuse_unready(site: Site) -> None:
    if site.ready_at is None:
        raise Refused(N_("This hub is not set up yet. Run `hub setup` first."))
