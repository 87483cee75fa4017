"""What follows for a reader from mail that failed or came back: the one place that decides.

A dead address gets no other mail. Two ways lead there: a server says that the address takes no
mail; or edition after edition fails softly (full mailbox, a domain that answers nothing), three
or more over 15 days. What is the sender's own fault never counts. Who calls it spam gets nothing
any more. It makes no difference whether the relay said so at once, or a report came back later.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from hub.audience import membership, request_store
from hub.db import Transaction
from hub.mail import verdicts
from hub.mail.returned import shortened
from hub.newsletter import editions, steering
from hub.newsletter.deliveries import Result
from hub.newsletter.returns import store
from hub.newsletter.returns.model import Ending, Kind, Whom
from hub.site.model import Site
from hub.times import to_text

SOFT_FAILURES = 3
SOFT_PERIOD = timedelta(days=15)
_ON_THE_WAY = timedelta(hours=1)
# So many readers' servers must blame the sender before an edition stops for what came back late:
# a single reader must not be able to stop it. In the dialogue with our own relay one is enough.
BLAMES = 10
_BLAMED_SHARE = 0.05

_KINDS: dict[verdicts.Verdict, Kind] = {
    "address": "hard",
    "soft": "soft",
    "sender": "sender",
    "message": "message",
}


def kind(code: int, status: str, text: str) -> Kind:
    """What a refusal is about, by its three digits (0: not given), its enhanced code (empty: not
    given) and what was said. Unknown counts as soft."""
    final = status[:1] == "5" if status else code // 100 != 4
    said = verdicts.verdict(code or (500 if final else 400), f"{status} {text}".strip())
    return _KINDS[said]


def follow(tx: Transaction, results: Iterable[Result], *, now: datetime) -> int:
    """Write down what the relay refused, and bounce the readers whose addresses are dead by these
    results; how many.

    Before the results are recorded, in the same transaction, which may be a concurrent one.
    """
    failed = sorted(
        (r for r in results if r.state == "failed" and r.code is not None),
        key=lambda result: result.subscriber_id,
    )
    kinds = {
        id(r): kind(r.code or 0, verdicts.status(r.code or 0, r.reply), r.reply) for r in failed
    }
    dead = [
        result.subscriber_id
        for result in failed
        if kinds[id(result)] == "hard"
        or (kinds[id(result)] == "soft" and _is_worn_out(tx, result, now))
    ]
    # What was on its way when a reader took another address says nothing of that one.
    since = now - _ON_THE_WAY
    dead = [number for number in dead if not request_store.has_moved(tx, number, since=since)]
    bounced = membership.bounce(tx, dead, now=now)
    for result in failed:
        _write_down(tx, result, kinds[id(result)], now)
    return bounced


def follow_return(
    tx: Transaction, whom: Whom, kind: Kind, *, happened_at: datetime, now: datetime
) -> bool:
    """What follows from a report that came back; whether the reader's status changed.

    What was sent before the reader confirmed (again) says nothing of the address as it is now.
    """
    if kind == "complaint":
        return membership.complain(tx, whom.subscriber_id, now=now)
    since = store.came_back_at(tx, whom.subscriber_id)
    if since is not None and (whom.sent_at or happened_at) < since:
        return False
    if kind == "hard" or (kind == "soft" and _came_back_too_often(tx, whom, since)):
        return membership.bounce(tx, [whom.subscriber_id], now=now) == 1
    return False


def stop_if_blamed(
    tx: Transaction, edition_id: int, said: str, *, site: Site, now: datetime
) -> bool:
    """Pause an edition on its way when much of it comes back as the sender's fault."""
    blames = store.blames(tx, edition_id)
    sent = editions.counts(tx, edition_id).accepted
    if blames < BLAMES or blames <= sent * _BLAMED_SHARE:
        return False
    reason = f"{blames} of {sent} mails came back because of the sender: {said}"
    return steering.stop(tx, edition_id, reason=reason, site=site, now=now)


def worn_out(endings: Sequence[Ending]) -> bool:
    """Whether the newest of `endings` (newest first) make an unbroken row of soft failures that
    is long enough. What arrived breaks it; what says nothing of the reader is passed over."""
    row: list[datetime] = []
    for ending in endings:
        if ending.returned == "soft" or (not ending.returned and _is_soft(ending)):
            row.append(ending.finished_at)
        elif ending.state == "accepted" and not ending.returned:
            break
    return len(row) >= SOFT_FAILURES and row[0] - row[-1] >= SOFT_PERIOD


def _is_soft(ending: Ending) -> bool:
    # Without a code the relay was away, or the reader had left: neither says anything of them.
    return (
        ending.state == "failed"
        and ending.code is not None
        and verdicts.verdict(ending.code, ending.reply) == "soft"
    )


def _is_worn_out(tx: Transaction, result: Result, now: datetime) -> bool:
    since = store.came_back_at(tx, result.subscriber_id)
    others = store.endings(
        tx, result.subscriber_id, without=result.edition_id, until=now, since=since
    )
    return worn_out([Ending(result.state, result.code, result.reply, now), *others])


def _came_back_too_often(tx: Transaction, whom: Whom, since: datetime | None) -> bool:
    # Counted back from the edition that came back: later ones are on their way still.
    if whom.edition_id is None or whom.sent_at is None:
        return False
    others = store.endings(
        tx, whom.subscriber_id, without=whom.edition_id, until=whom.sent_at, since=since
    )
    return worn_out([Ending("accepted", None, "", whom.sent_at, "soft"), *others])


def _write_down(tx: Transaction, result: Result, kind: Kind, now: datetime) -> None:
    status = verdicts.status(result.code or 0, result.reply)
    store.add(
        tx,
        event_id=f"smtp {result.edition_id} {result.subscriber_id} {to_text(now)}",
        subscriber_id=result.subscriber_id,
        edition_id=result.edition_id,
        kind=kind,
        code=f"{result.code} {status}".strip(),
        text=shortened(result.reply),
        source="smtp",
        now=now,
    )
