"""How the hub is, as figures for a monitor: all of them kept counts, indexes or small tables, and
none of them about anybody."""

from datetime import datetime

from hub import __version__, journal
from hub.audience import counts_store
from hub.content import shelf
from hub.db import Transaction
from hub.mail import in_force, queue, relays, workers
from hub.newsletter import editions
from hub.settings import Settings
from hub.web import process
from hub.web.exposition import Metric, Sample, gauge, gauge_by

_UP = "Whether the database answers: 1, or 0 with status 503."
_RUNNING = ("planned", "sending", "paused")
_OVER = ("sent", "skipped", "cancelled")
_OUTSTANDING = ("queued", "claimed", "deferred")


def away() -> list[Metric]:
    """What is told while the database does not answer."""
    return [gauge("hub_up", _UP, 0)]


def gather(tx: Transaction, settings: Settings, *, engine: str, now: datetime) -> list[Metric]:
    """Everything that a monitor is told."""
    labels = (("version", __version__), ("engine", engine))
    return [
        gauge("hub_up", _UP, 1),
        Metric("hub_info", "Which hub this is, and its database.", (Sample(1, labels),)),
        gauge_by(
            "hub_subscribers",
            "People on the list.",
            "status",
            {str(status): people for status, people in counts_store.by_status(tx).items()},
        ),
        gauge(
            "hub_posts_published",
            "Articles on the site, without pages.",
            shelf.counts(tx, "post").published,
        ),
        *_newsletter(tx),
        *_mail(tx, settings, now),
        gauge(
            "hub_backup_last_good_age_seconds",
            "Since the last backup that was written whole; nothing when there was none in a year.",
            _since(journal.last(tx, "backups", "made"), now),
        ),
        gauge(
            "process_start_time_seconds",
            "When the process that answers began, since the epoch.",
            process.started_at(),
        ),
        gauge(
            "process_resident_memory_bytes",
            "Memory that the process that answers holds.",
            process.resident_bytes(),
        ),
    ]


def _newsletter(tx: Transaction) -> list[Metric]:
    running = {status: editions.with_status(tx, status) for status in _RUNNING}
    counts = [editions.counts(tx, one.id) for some in running.values() for one in some]
    return [
        gauge_by(
            "hub_editions",
            "Issues of the newsletter.",
            "status",
            {status: len(some) for status, some in running.items()}
            | {status: editions.number_over(tx, status) for status in _OVER},
        ),
        gauge_by(
            "hub_deliveries_outstanding",
            "Mails of editions that are not over and that have not left yet.",
            "state",
            {state: sum(getattr(one, state) for one in counts) for state in _OUTSTANDING},
        ),
    ]


def _mail(tx: Transaction, settings: Settings, now: datetime) -> list[Metric]:
    waiting = queue.waiting(tx, now)
    return [
        gauge_by(
            "hub_mails_waiting",
            "Letters to one person in the queue: due now, or put off until later.",
            "due",
            {"now": waiting.due, "later": waiting.later},
        ),
        gauge(
            "hub_mails_oldest_due_age_seconds",
            "Since when the letter that waits longest has been due; 0 when none is.",
            _since(waiting.since, now) or 0,
        ),
        gauge("hub_workers_alive", "Workers with a heartbeat.", len(workers.ways(tx, now))),
        gauge(
            "hub_worker_last_beat_age_seconds",
            "Since the last heartbeat of any worker; nothing when all have signed off.",
            _since(workers.last_seen(tx), now),
        ),
        gauge(
            "hub_relays_in_trouble",
            "Mail servers that could not be used at the last try.",
            len(relays.stopped(tx, in_force.way(tx, settings).names)),
        ),
    ]


def _since(then: datetime | None, now: datetime) -> float | None:
    """Seconds; none before nothing, where a clock was set back."""
    return None if then is None else max(0.0, (now - then).total_seconds())
