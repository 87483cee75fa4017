"""What the owner is told of an edition: sent, failed, paused, cancelled, skipped, late."""

from datetime import datetime

from hub.db import Transaction
from hub.newsletter import editions, rules, schedule
from hub.newsletter.model import Edition
from hub.notices import rules as notice_rules
from hub.notices.model import Facts, Kind
from hub.notices.telling import end, tell
from hub.site.model import Site
from hub.times import to_text


def sent(tx: Transaction, edition_id: int, *, site: Site, now: datetime) -> None:
    """An edition is complete: its figures; as a warning when many of its mails failed."""
    edition = editions.get(tx, edition_id)
    assert edition is not None
    counts = editions.counts(tx, edition_id)
    bad = notice_rules.too_many_failed(site, counts.accepted, counts.failed)
    told_of_failures = notice_rules.choice(site, "failures") != "off"
    facts = Facts(
        subject=edition.subject,
        stream=edition.stream,
        accepted=counts.accepted,
        deferred=counts.deferred,
        failed=counts.failed,
        unknown=counts.unknown,
        seconds=max(0, round((now - edition.created_at).total_seconds())),
    )
    _tell(tx, "failures" if bad and told_of_failures else "sent", edition, facts, site, now)


def paused(tx: Transaction, edition: Edition, *, reason: str, site: Site, now: datetime) -> None:
    """An edition stopped for a reason that only the owner can mend.

    Every time: between two pauses lies the owner's own "Go on", and nobody else starts it again.
    """
    counts = editions.counts(tx, edition.id)
    facts = Facts(
        subject=edition.subject,
        stream=edition.stream,
        reason=reason,
        accepted=counts.accepted,
        waiting=counts.queued + counts.claimed + counts.deferred,
    )
    period = f"{edition.id}@{to_text(now)}"
    tell(tx, "paused", period, facts, site=site, now=now, subject_id=edition.id)


def no_longer_paused(tx: Transaction, edition_id: int, *, now: datetime) -> None:
    """It goes on, or never will: that it stopped is no news any more."""
    end(tx, "paused", subject_id=edition_id, now=now)


def cancelled(tx: Transaction, edition: Edition, *, site: Site, now: datetime) -> None:
    """An edition was called off; its reason says how far it had come."""
    counts = editions.counts(tx, edition.id)
    facts = Facts(
        subject=edition.subject,
        stream=edition.stream,
        reason=edition.reason,
        accepted=counts.accepted,
    )
    _tell(tx, "cancelled", edition, facts, site, now)


def made(
    tx: Transaction, edition: Edition, *, has_readers: bool, site: Site, now: datetime
) -> None:
    """An edition was skipped though there was something, or somebody, to send it to; or it was
    made long after its time. Where neither articles nor readers were, nothing happened."""
    if edition.status == "skipped":
        if edition.reason == rules.NO_READERS or has_readers:
            facts = Facts(subject=edition.subject, stream=edition.stream, reason=edition.reason)
            _tell(tx, "skipped", edition, facts, site, now)
        return
    for stream in schedule.SCHEDULED:
        if stream != edition.stream:
            continue
        due = schedule.current(schedule.schedule_of(site, stream), now)
        if due.name == edition.period and now - due.begins_at >= notice_rules.LATE:
            late = round((now - due.begins_at).total_seconds())
            facts = Facts(edition.subject, edition.stream, seconds=late, since=due.begins_at)
            _tell(tx, "late", edition, facts, site, now)


def _tell(
    tx: Transaction, kind: Kind, edition: Edition, facts: Facts, site: Site, now: datetime
) -> None:
    """At most once a day for each edition: one that is sent again later is told of again."""
    period = notice_rules.once_a_day(edition.id, now, site.timezone)
    tell(tx, kind, period, facts, site=site, now=now, subject_id=edition.id)
