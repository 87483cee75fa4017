"""Takes what came back, by whichever way: once, with its evidence, and with what follows from it.

What follows is decided in hub/newsletter/bouncing.py alone.
"""

from datetime import datetime

from hub.db import Transaction
from hub.mail.returned import shortened
from hub.newsletter import bouncing
from hub.newsletter.returns import store, whom
from hub.newsletter.returns.model import Report, Taken
from hub.site.model import Site
from hub.tokens import Signer


def take(tx: Transaction, report: Report, *, signer: Signer, site: Site, now: datetime) -> Taken:
    """Write a report down and do what follows. What is known or proves nothing changes nothing."""
    found = whom.find(tx, report, signer)
    if found is None:
        return "gone" if whom.is_ours(report, signer) else "nobody"
    kind = (
        "complaint" if report.complaint else bouncing.kind(report.code, report.status, report.text)
    )
    added = store.add(
        tx,
        event_id=f"{report.source} {report.event_id}",
        subscriber_id=found.subscriber_id,
        edition_id=found.edition_id,
        kind=kind,
        code=f"{report.code or ''} {report.status}".strip(),
        text=shortened(report.text),
        source=report.source,
        now=now,
    )
    if not added:
        return "repeated"
    happened_at = report.at or now
    changed = bouncing.follow_return(tx, found, kind, happened_at=happened_at, now=now)
    if kind == "sender" and found.edition_id is not None:
        bouncing.stop_if_blamed(
            tx, found.edition_id, shortened(report.text) or report.status, site=site, now=now
        )
    return "followed" if changed else "noted"
