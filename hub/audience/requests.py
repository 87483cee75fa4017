"""What readers do with their own place in the list: a link by mail, another address, the way out.

Whoever holds a link out of a newsletter may ask; what takes data out, erases or moves mail
elsewhere waits for a button behind a fresh link, mailed to the address that it is about.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from hub import addresses, limits
from hub.audience import mail_limits, membership, request_store, rules, signup, store, suppression
from hub.audience.gates import entrance
from hub.audience.gates.model import Visit
from hub.audience.model import ReaderRequest, RequestKind, Subscriber
from hub.db import Transaction
from hub.errors import Conflict, Refused, TooMany
from hub.i18n import N_
from hub.mail import queue

LIFETIMES: dict[RequestKind, timedelta] = {
    "data": timedelta(hours=2),
    "erase": timedelta(hours=2),
    "address": rules.LINK_LIVES,
    # The mail holds the link to the reader's page, which never ends.
    "page": timedelta(hours=2),
}
MAIL: dict[RequestKind, str] = {
    "page": "reader page",
    "data": "reader data",
    "erase": "reader erase",
    "address": "reader address",
}
MOVED = "reader moved"
# What a line of the consent log says of a confirmed new address.
SOURCE = "address"
# Of one that brought it back to the address that was left.
BACK = "way back"
# So long the address that was left can take a move back, and so long after it nobody takes the data
# out: whoever moved the mail to a mailbox of theirs gets nothing that lay here before.
WAY_BACK = timedelta(days=14)
SETTLES = timedelta(days=7)
MOVES_PER_DAY = 3
_KEPT = timedelta(days=30)

State = Literal["open", "used", "expired"]


@dataclass(frozen=True, slots=True)
class Found:
    """A mailed link as it was found, and whose it is."""

    state: State
    request: ReaderRequest
    subscriber: Subscriber
    # Of who was erased: where mail of theirs went.
    mailed: tuple[str, ...] = ()


def send_page(tx: Transaction, address: str, *, visit: Visit, network: str, now: datetime) -> None:
    """Send me my link: a mail with it follows to who is on the list, or was, once a day.

    Nothing tells a known address from another. Raises TooMany as a sign-up does.
    """
    email_key = addresses.key(address)
    let_in = entrance.may_mail(tx, address, visit, network=network, now=now)
    allowed = let_in and mail_limits.take(tx, "page", email_key, now)
    subscriber = store.by_email_key(tx, email_key)
    if subscriber is None or not rules.gets_link(subscriber.status):
        return
    if allowed and not suppression.bars_sign_up(tx, email_key):
        _ask(tx, subscriber, "page", now)


def send_link(
    tx: Transaction, subscriber_id: int, kind: Literal["data", "erase"], *, now: datetime
) -> Subscriber | None:
    """A fresh link to take the data out, or to erase, to the reader's own address: three a day.

    The reader, None for one who is gone. Raises Conflict within a week of another address.
    """
    subscriber = store.get(tx, subscriber_id)
    if subscriber is None:
        return None
    if not request_store.came_back(tx, subscriber_id) and request_store.has_moved(
        tx, subscriber_id, since=now - SETTLES
    ):
        raise Conflict(
            N_(
                "Your mail has come to this address for less than seven days. In case it was not"
                " you who moved it, your data stays where it is until then."
            )
        )
    mailable = rules.gets_link(subscriber.status) or subscriber.status == "pending"
    allowed = mailable and not suppression.bars_sign_up(tx, subscriber.email_key)
    if allowed and mail_limits.take(tx, kind, subscriber.email_key, now):
        _ask(tx, subscriber, kind, now)
    return subscriber


def ask_to_move(
    tx: Transaction,
    subscriber_id: int,
    email: str,
    *,
    form_url: str,
    visit: Visit,
    network: str,
    now: datetime,
) -> Subscriber | None:
    """Mail shall come to another address: a confirmation goes there, if one may.

    Nothing tells an address that is taken or suppressed from another. The reader, None for one
    who gets no mail. Raises Refused for their own address, TooMany after three in a day, and as
    a sign-up does; Conflict within 14 days of a move that was taken back: whoever made that one
    may still hold a link.
    """
    subscriber = store.get(tx, subscriber_id)
    if subscriber is None or subscriber.status != "active":
        return None
    if request_store.came_back(tx, subscriber_id, since=now - WAY_BACK):
        raise Conflict(
            N_(
                "Your mail was brought back to this address less than 14 days ago, and stays here"
                " until then. Should you want it elsewhere now, please answer one of our mails."
            )
        )
    email_key = addresses.key(email)
    if email_key == subscriber.email_key:
        raise Refused(N_("The newsletter comes to this address already."), field="email")
    bucket = f"moves {subscriber_id}"
    if not limits.take(tx, bucket, capacity=MOVES_PER_DAY, per_seconds=86_400, now=now):
        raise TooMany(N_("You tried several addresses today. Please go on tomorrow."))
    let_in = entrance.may_confirm(tx, email, visit, network=network, now=now)
    taken = store.by_email_key(tx, email_key) is not None
    if not let_in or taken or suppression.bars_sign_up(tx, email_key):
        return subscriber
    asked_at = request_store.asked_at(tx, email_key, since=now - rules.MAILS_PERIOD)
    if mail_limits.may_confirm(tx, email_key, asked_at, now):
        _ask(tx, subscriber, "address", now, email=email, email_key=email_key, form_url=form_url)
    return subscriber


def look_up(tx: Transaction, request_id: int, kind: RequestKind, *, now: datetime) -> Found | None:
    """What a mailed link is good for; None when its request, or the reader, is gone."""
    request = request_store.get(tx, request_id)
    if request is None or request.kind != kind:
        return None
    subscriber = store.get(tx, request.subscriber_id)
    assert subscriber is not None  # the foreign key keeps it
    return Found(_state(tx, request, subscriber, now), request, subscriber)


def move(tx: Transaction, request_id: int, *, now: datetime) -> Found | None:
    """The button behind the link that went to the new address: mail goes there from now on, and
    the old address is told. The link as it was found; only `open` changes something."""
    found = look_up(tx, request_id, "address", now=now)
    if found is None or found.state != "open":
        return found
    request, subscriber = found.request, found.subscriber
    if not request_store.use(tx, request_id, now=now):
        return Found("used", request, subscriber)
    request_store.end_moves(tx, subscriber.id, now=now)
    try:
        with tx.savepoint():
            request_store.move(tx, subscriber.id, request.email, request.email_key, now=now)
    except Conflict:
        # Somebody signed up with it meanwhile.
        return Found("expired", request, subscriber)
    suppression.come_back(tx, request.email_key)
    # An older copy of the list, imported some day, would mail the old address again.
    suppression.suppress(tx, subscriber.email_key, "erased", now=now)
    back = _is_way_back(request)
    agreed = signup.confirmed(tx, subscriber, source=BACK if back else SOURCE, now=now)
    was_active = subscriber.status == "active"
    if was_active:
        store.acted(tx, subscriber.id, now=now)
    else:
        store.activate(tx, subscriber.id, now=now)
    counted_as = "moved" if was_active else "confirmed"
    store.log(tx, subscriber.id, replace(agreed, form_url=request.form_url), counted_as=counted_as)
    if not back:
        request_store.add(
            tx,
            subscriber.id,
            "address",
            email=subscriber.email,
            email_key=subscriber.email_key,
            now=now,
            expires_at=now + WAY_BACK,
        )
    queue.put(
        tx,
        kind=MOVED,
        subject_id=request.id,
        recipient=subscriber.email,
        language=subscriber.language,
        now=now,
    )
    return found


def erase(tx: Transaction, request_id: int, *, now: datetime) -> Found | None:
    """The button behind the link to erase: the person goes, a keyed hash stays."""
    found = look_up(tx, request_id, "erase", now=now)
    if found is not None and found.state == "open":
        return replace(found, mailed=membership.erase(tx, found.subscriber, now=now))
    return found


def forget_old(tx: Transaction, now: datetime) -> int:
    """What was asked over 30 days ago; how many."""
    return request_store.forget_old(tx, before=now - _KEPT)


def _state(tx: Transaction, request: ReaderRequest, subscriber: Subscriber, now: datetime) -> State:
    if request.used_at is not None:
        return "used"
    if now >= request.expires_at:
        return "expired"
    if request.kind == "address":
        # Whatever became of it at the address that it was moved to, it can be brought back.
        moving = subscriber.status == "active" or _is_way_back(request)
        if not moving or suppression.bars_sign_up(tx, request.email_key):
            return "expired"
    elif request_store.has_moved(tx, subscriber.id, since=request.created_at):
        # It went to an address that is left.
        return "expired"
    return "open"


def _is_way_back(request: ReaderRequest) -> bool:
    """Whether it lies in the mail to an address that was left: nobody asked for it on a page."""
    return request.kind == "address" and not request.form_url


def _ask(
    tx: Transaction,
    subscriber: Subscriber,
    kind: RequestKind,
    now: datetime,
    *,
    email: str = "",
    email_key: str = "",
    form_url: str = "",
) -> None:
    request_id = request_store.add(
        tx,
        subscriber.id,
        kind,
        email=email,
        email_key=email_key,
        form_url=form_url,
        now=now,
        expires_at=now + LIFETIMES[kind],
    )
    queue.put(
        tx,
        kind=MAIL[kind],
        subject_id=request_id,
        recipient=email or subscriber.email,
        language=subscriber.language,
        now=now,
    )
