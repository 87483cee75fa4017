"""What happens to somebody on the list: leaving, choosing, being added or erased by the owner."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from hub import addresses, journal
from hub.audience import (
    approval,
    consent,
    growth_store,
    mail_limits,
    notes,
    request_store,
    rules,
    signup,
    store,
    suppression,
)
from hub.audience.gates import store as gates
from hub.audience.model import ConsentEvent, Details, Preferences, Subscriber, Wish
from hub.db import Transaction
from hub.errors import Conflict, NotFound, Refused
from hub.i18n import N_, Word


def unsubscribe(
    tx: Transaction, subscriber_id: int, *, source: str, now: datetime
) -> Subscriber | None:
    """No more mail. The subscriber as it is now, None for one who was erased; harmless when
    repeated. `source` says where the button was: link, preferences, owner."""
    subscriber = store.get(tx, subscriber_id)
    if subscriber is None or not rules.can_leave(subscriber.status):
        return subscriber
    if store.leave(tx, subscriber_id, now=now):
        event = ConsentEvent("unsubscribed", now, "", "", subscriber.language, "", source)
        store.log(tx, subscriber_id, event, counted_as=rules.departure(subscriber.status))
        if source == "owner":
            journal.note(tx, "readers", "unsubscribed", number=subscriber_id)
        _end_wait(tx, subscriber, now=now)
    return store.get(tx, subscriber_id)


def save_preferences(
    tx: Transaction, subscriber_id: int, preferences: Preferences, *, now: datetime
) -> Subscriber | None:
    """Keep what somebody chose; None when there is nobody of that id who gets mail."""
    subscriber = store.get(tx, subscriber_id)
    if subscriber is None or subscriber.status != "active":
        return None
    store.change_preferences(tx, subscriber_id, preferences)
    store.acted(tx, subscriber_id, now=now)
    return store.get(tx, subscriber_id)


def correct(
    tx: Transaction, subscriber_id: int, details: Details, *, by: str, now: datetime
) -> bool:
    """The owner sets right what is written down of a person; whether anything was another. It
    changes neither whether they get mail nor what they agreed to, and is no sign of life.

    `by` is an account of the desk. Raises NotFound.
    """
    subscriber = store.get(tx, subscriber_id)
    if subscriber is None:
        raise NotFound(N_("There is no such subscriber."))
    wanted = asdict(details)
    changed = [name for name in wanted if wanted[name] != getattr(subscriber, name)]
    if changed:
        store.change_details(tx, subscriber_id, details)
        notes.add(tx, subscriber_id, "corrected", about=" ".join(changed), by=by, at=now)
        journal.note(tx, "readers", "corrected", number=subscriber_id)
    return bool(changed)


def by_address(tx: Transaction, address: str) -> Subscriber:
    """The subscriber of an address in any spelling. Raises NotFound."""
    try:
        subscriber = store.by_email_key(tx, addresses.key(addresses.checked(address)))
    except Refused:
        subscriber = None
    if subscriber is None:
        raise NotFound(N_("%(address)s is not on the list."), address=address)
    return subscriber


def add(tx: Transaction, wish: Wish, *, statement: str, now: datetime) -> Subscriber:
    """The owner adds somebody who agreed elsewhere: active at once, mailed nothing now.

    `statement` says how they agreed. Raises Conflict for an address on the list or one that
    must not get mail.
    """
    if not statement.strip():
        raise Refused(N_("Say how this person agreed to get mail."), field="consent")
    email_key = addresses.key(wish.email)
    if suppression.is_suppressed(tx, email_key):
        raise Conflict(
            N_(
                "%(address)s must not get mail any more; only a sign-up of their own can undo that."
            ),
            address=wish.email,
        )
    known = store.by_email_key(tx, email_key)
    if known is not None:
        raise Conflict(
            N_("%(address)s is on the list already (%(status)s)."),
            address=known.email,
            status=Word(known.status),
        )
    subscriber_id = store.add(tx, wish, email_key, status="active", source="owner", now=now)
    version = consent.version(statement)
    store.log(
        tx,
        subscriber_id,
        ConsentEvent("added", now, statement, version, wish.language, "", "owner"),
    )
    journal.note(tx, "readers", "added", number=subscriber_id)
    return _found(store.get(tx, subscriber_id))


def confirm(tx: Transaction, subscriber: Subscriber, *, now: datetime) -> Subscriber:
    """The owner vouches for somebody who asked. Raises Conflict when that is not pending."""
    if subscriber.status not in ("pending", "waiting"):
        raise Conflict(
            N_("%(address)s is %(status)s; only those who are pending can be confirmed."),
            address=subscriber.email,
            status=Word(subscriber.status),
        )
    signup.activate(tx, subscriber, source="owner", now=now)
    journal.note(tx, "readers", "confirmed", number=subscriber.id)
    _end_wait(tx, subscriber, now=now)
    return _found(store.get(tx, subscriber.id))


def erase(tx: Transaction, subscriber: Subscriber, *, now: datetime) -> tuple[str, ...]:
    """The person goes; a keyed hash stays, so that no import brings them back. The addresses to
    which mail of theirs went: their own, and those that they wished for."""
    wished = (request.email for request in request_store.of_subscriber(tx, subscriber.id))
    mailed = tuple(dict.fromkeys((subscriber.email, *filter(None, wished))))
    suppression.suppress(tx, subscriber.email_key, rules.erasure_reason(subscriber.status), now=now)
    if subscriber.status == "active":
        growth_store.count(tx, subscriber.id, "erased", at=now)
    mail_limits.forget(tx, subscriber.email_key)
    gates.drop_of(tx, subscriber.email_key)
    store.delete(tx, subscriber.id)
    journal.note(tx, "readers", "erased", number=subscriber.id)
    _end_wait(tx, subscriber, now=now)
    return mailed


def bounce(tx: Transaction, subscriber_ids: Iterable[int], *, now: datetime) -> int:
    """Their addresses take no mail: none is sent again, whoever asks. How many were active.

    Safe beside itself (`write(concurrent=True)`): rows are taken in one order, readers before
    suppressions, so that no two wait for each other.
    """
    ids = sorted(set(subscriber_ids))
    keys = {number: store.bounce(tx, number) for number in ids}
    bounced = [key for key in keys.values() if key is not None]
    for number, key in keys.items():
        if key is not None:
            growth_store.count(tx, number, "bounced", at=now)
    for email_key in bounced:
        suppression.suppress(tx, email_key, "bounced", now=now)
    return len(bounced)


def complain(tx: Transaction, subscriber_id: int, *, now: datetime) -> bool:
    """Somebody called our mail spam: off the list at once, and none is sent again until they ask
    for it and the owner allows it. Whether anything changed."""
    subscriber = store.get(tx, subscriber_id)
    if subscriber is None or not store.complain(tx, subscriber_id, now=now):
        return False
    suppression.suppress(tx, subscriber.email_key, "complained", now=now)
    if rules.can_leave(subscriber.status):
        event = ConsentEvent("unsubscribed", now, "", "", subscriber.language, "", "complaint")
        store.log(tx, subscriber_id, event, counted_as=rules.departure(subscriber.status))
    return True


def lift(tx: Transaction, subscriber: Subscriber) -> Subscriber:
    """The owner says that mail may go to this address again: who bounced is active, who complained
    is unsubscribed and may ask again. Raises Conflict for anybody else."""
    to = rules.lifted_to(subscriber.status)
    if to is None:
        raise Conflict(
            N_("%(address)s is %(status)s; only who bounced or complained can be let in again."),
            address=subscriber.email,
            status=Word(subscriber.status),
        )
    store.set_status(tx, subscriber.id, to)
    suppression.lift(tx, subscriber.email_key, "bounced", "complained")
    journal.note(tx, "readers", "lifted", number=subscriber.id)
    return _found(store.get(tx, subscriber.id))


def _end_wait(tx: Transaction, before: Subscriber, *, now: datetime) -> None:
    """Who waited for the owner was, perhaps, the last one."""
    if before.status == "waiting":
        approval.end_notice(tx, now=now)


def _found(subscriber: Subscriber | None) -> Subscriber:
    assert subscriber is not None
    return subscriber
