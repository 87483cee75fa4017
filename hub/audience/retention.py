"""Who has been silent for too long is asked once by mail, and erased without an answer.

Silent is who did nothing of their own that the hub knows without spying: no sign-up, no
confirmation, no change of preferences, no reply that the owner marked. That mails are accepted
is no sign of life, nor that they are not, and whether they are opened is not known at all. Who
came with a list counts from the consent that the list tells of, else from the import.

Three steps, each in small batches by the worker, so that the lists of a million go in peace: a
silent reader is noticed; a fortnight later asked, 200 an hour; 30 days after that erased. Who
gets no mail any more (left, bounced, complained) is not asked, but erased after the same time.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from hub import i18n, limits
from hub.audience import consent, membership, retention_store, store, suppression
from hub.audience.model import ConsentEvent, Subscriber
from hub.audience.retention_store import Figures
from hub.db import Transaction
from hub.i18n import N_
from hub.mail import queue, retrying
from hub.mail.model import Composer, Letter, QueuedMail, Render
from hub.notices import rules as notice_rules
from hub.notices import store as notices
from hub.notices.model import Facts
from hub.notices.telling import tell
from hub.site.model import Site
from hub.tokens import Signer

# The mail that asks; its number is the subscriber's.
STAY = "stay"
# So long the owner has to change their mind, before anybody is asked.
BEFORE_ASKING = timedelta(days=14)
TO_ANSWER = timedelta(days=30)
ASKED_AT_ONCE = 200
NOTICED_AT_ONCE = 2_000
ERASED_AT_ONCE = 500
_HOUR = 3600
_STATUSES = ("active", "unsubscribed", "bounced", "complained", "waiting", "pending")
_SUBJECT = N_("Do you still want %(name)s?")
_STAYED = N_("Yes, I still want %(name)s.")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did; `erased` are the addresses of whom it erased."""

    noticed: int
    asked: int
    erased: tuple[str, ...]


def silent_before(now: datetime, months: int) -> datetime:
    """The same day of the month, so many months ago; the last of that month when it is shorter."""
    years, month = divmod(now.month - 1 - months, 12)
    first = now.replace(year=now.year + years, month=month + 1, day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return first.replace(day=min(now.day, (following - timedelta(days=1)).day))


def work(tx: Transaction, site: Site, now: datetime) -> Round:
    """One round, an hour after the last one at the earliest, whichever process it was in."""
    if not limits.take(tx, "retention", capacity=1, per_seconds=_HOUR, now=now):
        return Round(0, 0, ())
    tell_owner(tx, site, now)
    if not site.retention_months:
        # Switched off: nobody is counted or waits for an answer any more.
        retention_store.forget_noticed(tx, limit=NOTICED_AT_ONCE)
        return Round(0, 0, ())
    _ask_again(tx, now)
    erased = _erase(tx, now)
    asked = _ask(tx, now)
    noticed = _notice(tx, site, now)
    retention_store.count(tx, _day(now, site), Figures(noticed, asked, 0, len(erased)))
    return Round(noticed, asked, tuple(chain.from_iterable(erased)))


def find(tx: Transaction, subscriber_id: int) -> Subscriber | None:
    """Whom a link to stay is for; None when they are erased."""
    return store.get(tx, subscriber_id)


def stay(tx: Transaction, subscriber_id: int, *, site: Site, now: datetime) -> Subscriber | None:
    """The button was pressed: the reader stays, and the log of consent says so. As they are now;
    None for one who was erased. Who left stays away; harmless when repeated."""
    subscriber = store.get(tx, subscriber_id)
    if subscriber is None or subscriber.status != "active":
        return subscriber
    if retention_store.is_asked(tx, subscriber_id):
        text = i18n.translate(subscriber.language, _STAYED, name=site.letter_name)
        event = ConsentEvent(
            kind="confirmed",
            at=now,
            text=text,
            text_version=consent.version(text),
            language=subscriber.language,
            form_url=site.url("/stay"),
            source=STAY,
        )
        store.log(tx, subscriber_id, event, counted_as=STAY)
        retention_store.count(tx, _day(now, site), Figures(0, 0, 1, 0))
    store.acted(tx, subscriber_id, now=now)
    return subscriber


def tell_owner(tx: Transaction, site: Site, now: datetime) -> bool:
    """Tell the owner what came of the last whole week, once; whether there was anything."""
    span = notice_rules.last_whole("weekly", now, site.timezone)
    if site.notice_retention == "off" or notices.exists(tx, "retention", span.name):
        return False
    figures = retention_store.figures(tx, _day(span.begins_at, site), _day(span.ends_at, site))
    if not any((figures.noticed, figures.asked, figures.stayed, figures.erased)):
        return False
    facts = Facts(
        noticed=figures.noticed,
        asked=figures.asked,
        stayed=figures.stayed,
        erased=figures.erased,
        since=span.begins_at,
        until=span.ends_at,
    )
    tell(tx, "retention", span.name, facts, site=site, now=now)
    return True


def question(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """The mail that asks; None for who has answered, left or been erased since."""
    subscriber = store.get(tx, mail.subject_id)
    if subscriber is None or subscriber.status != "active":
        return None
    if not site.retention_months or not retention_store.is_asked(tx, subscriber.id):
        return None
    if suppression.is_suppressed(tx, subscriber.email_key):
        return None
    unsubscribe_url = site.url("/unsubscribe/" + signer.sign("unsubscribe", subscriber.id))
    subject = i18n.translate(mail.language, _SUBJECT, name=site.letter_name)
    context: dict[str, object] = {
        "site": site,
        "language": mail.language,
        "subject": subject,
        "months": site.retention_months,
        "stay_url": site.url("/stay/" + signer.sign(STAY, subscriber.id)),
        "erased_on": mail.created_at + TO_ANSWER,
        "unsubscribe_url": unsubscribe_url,
    }
    return Letter(
        subject,
        render("stay.txt", mail.language, context),
        render("stay.html", mail.language, context),
        unsubscribe_url,
    )


def _notice(tx: Transaction, site: Site, now: datetime) -> int:
    """Those who have been silent for long enough."""
    before = silent_before(now, site.retention_months)
    found: list[int] = []
    for status in _STATUSES:
        room = NOTICED_AT_ONCE - len(found)
        if room:
            found += retention_store.silent(tx, status, before=before, limit=room)
    retention_store.notice(tx, found, now=now)
    return len(found)


def _ask(tx: Transaction, now: datetime) -> int:
    """Ask those who are noticed; for who gets no mail only the time begins. How many mails."""
    mails = 0
    ready = retention_store.noticed(tx, before=now - BEFORE_ASKING, limit=NOTICED_AT_ONCE)
    for subscriber in ready:
        if subscriber.status == "active":
            if mails == ASKED_AT_ONCE:
                continue
            mails += 1
            queue.put(
                tx,
                kind=STAY,
                subject_id=subscriber.id,
                recipient=subscriber.email,
                language=subscriber.language,
                now=now,
            )
        retention_store.ask(tx, subscriber.id, now=now)
    return mails


def _ask_again(tx: Transaction, now: datetime) -> None:
    """A relay that was away for two days says nothing about its readers: they are asked later."""
    for subscriber_id in retention_store.never_asked(
        tx, STAY, retrying.GIVEN_UP, since=now - timedelta(days=2)
    ):
        retention_store.take_back(tx, subscriber_id)


def _erase(tx: Transaction, now: datetime) -> list[tuple[str, ...]]:
    """Those who were asked in time and gave no answer, by their addresses; a keyed hash stays."""
    ready = retention_store.unanswered(tx, STAY, before=now - TO_ANSWER, limit=ERASED_AT_ONCE)
    return [membership.erase(tx, subscriber, now=now) for subscriber in ready]


def _day(moment: datetime, site: Site) -> date:
    return moment.astimezone(notice_rules.zone(site.timezone)).date()


COMPOSERS: dict[str, Composer] = {STAY: question}
