"""What became of an edition that its counters do not say: how long it took, and who left after."""

from datetime import timedelta

from hub.db import Transaction
from hub.newsletter.model import Edition

# Who leaves later has another reason than this edition.
FOLLOWED = timedelta(days=7)


def left_after(tx: Transaction, edition: Edition) -> int:
    """How many readers left by the link of this edition: within a week, and with no later edition
    in their mailbox. A number, and nothing of who they are."""
    since = edition.starts_at or edition.created_at
    return int(
        tx.scalar(
            "SELECT count(DISTINCT c.subscriber_id) FROM consent_events AS c"
            " WHERE c.kind = 'unsubscribed' AND c.source = 'link'"
            " AND c.at >= :since AND c.at < :until AND EXISTS (SELECT 1 FROM deliveries AS d"
            " WHERE d.edition_id = :id AND d.subscriber_id = c.subscriber_id"
            " AND d.state = 'accepted' AND d.finished_at <= c.at) AND NOT EXISTS (SELECT 1"
            " FROM deliveries AS l WHERE l.subscriber_id = c.subscriber_id AND l.edition_id > :id"
            " AND l.state = 'accepted' AND l.finished_at <= c.at)",
            id=edition.id,
            since=since,
            until=since + FOLLOWED,
        )
    )


def seconds_taken(edition: Edition) -> float | None:
    """From its start to the last mail; None for what is not over, or was never sent."""
    if edition.status != "sent" or edition.finished_at is None:
        return None
    taken = (edition.finished_at - (edition.starts_at or edition.created_at)).total_seconds()
    # The clock may have been set back meanwhile.
    return taken if taken > 0 else None
