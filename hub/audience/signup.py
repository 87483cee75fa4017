"""Signing up with double opt-in: asking, confirming, and forgetting who never confirmed."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from hub import addresses
from hub.audience import (
    approval,
    invitations,
    mail_limits,
    request_store,
    rules,
    store,
    suppression,
    wishes,
)
from hub.audience import consent as consent_texts
from hub.audience.gates import entrance, holding
from hub.audience.gates import store as gates
from hub.audience.gates.model import Visit
from hub.audience.invitations import Invitation
from hub.audience.model import ConsentEvent, ConsentText, Status, Subscriber, Wish
from hub.db import Transaction
from hub.errors import Conflict
from hub.mail import queue
from hub.site.model import Site

KIND = "confirmation"
# The mail to who has just confirmed; its number is the confirmation's. hub/newsletter/welcoming.py
# writes it: it shows what readers get.
WELCOME = "welcome"
# Of who came by the form on the site itself; one on another site names that.
FORM = "form"
_ANY_WAY = Visit()
_PURGE_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Link:
    """A confirmation link as it was found (`state`: rules.LinkState), and whose it is."""

    state: rules.LinkState
    subscriber: Subscriber
    wish: str | None = None


def sign_up(
    tx: Transaction,
    wish: Wish,
    consent: ConsentText,
    *,
    form_url: str,
    network: str,
    now: datetime,
    offered: Collection[str] = (),
    visit: Visit = _ANY_WAY,
    invitation: Invitation | None = None,
    source: str = FORM,
) -> None:
    """Somebody asked for the newsletter, by an invitation or by the open form: a confirmation mail
    follows, if one may; or the owner looks first (gates/). Every way into the list from outside is
    this one. `source` is where the open form stood.

    `offered` are the topics that the form could offer: others, which an import brought, stay.

    Nothing tells a new address from a known one: neither the answer, nor its time (every
    way commits once). Raises TooMany after 60 sign-ups within an hour from one network.
    """
    verdict = entrance.judge(tx, wish, visit, network=network, now=now)
    if verdict.decision == "pass":
        ask(
            tx,
            wish,
            consent,
            form_url=form_url,
            now=now,
            offered=offered,
            invitation=invitation,
            source=source,
        )
    elif verdict.decision == "held" and _would_mail(tx, addresses.key(wish.email), now):
        holding.hold(
            tx,
            wish,
            consent,
            form_url=form_url,
            invitation=invitation.code if invitation else "",
            reasons=verdict.reasons,
            now=now,
        )


def ask(
    tx: Transaction,
    wish: Wish,
    consent: ConsentText,
    *,
    form_url: str,
    now: datetime,
    asked_at: datetime | None = None,
    offered: Collection[str] = (),
    invitation: Invitation | None = None,
    source: str = FORM,
) -> bool:
    """Mail a request to confirm, unless this address gets none (any more today); whether one is
    queued. `asked_at` is when the reader asked, if it was earlier."""
    email_key = addresses.key(wish.email)
    if suppression.bars_sign_up(tx, email_key):
        return False
    known = store.by_email_key(tx, email_key)
    if known is not None and not rules.may_ask(known.status):
        return False
    if not mail_limits.may_confirm(tx, email_key, _mails(tx, known, email_key, now), now):
        # Nobody is on the list whom no mail will ask.
        return False
    later = None
    source = invitation.source if invitation else source
    if known is None:
        try:
            with tx.savepoint():
                subscriber_id = store.add(
                    tx, wish, email_key, status="pending", source=source, now=now
                )
        except Conflict:
            # The button was pressed twice, and the other request was first.
            return False
    else:
        # Whoever types an address changes nothing of its reader: the reader does, who confirms.
        subscriber_id = known.id
        before = store.topics_of(tx, subscriber_id)
        wish = replace(wish, topics=rules.topics_kept(wish.topics, before, offered or before))
        later = wishes.written(wish, source=invitation.source if invitation else "")
    _ask(
        tx,
        subscriber_id,
        wish,
        consent,
        form_url=form_url,
        asked_at=asked_at or now,
        now=now,
        invitation=invitation,
        source=source,
        later=later,
    )
    gates.drop_of(tx, email_key)
    return True


def look_up(tx: Transaction, confirmation_id: int, *, now: datetime) -> Link | None:
    """What a confirmation link is good for; None when the request is no longer there."""
    confirmation = store.confirmation(tx, confirmation_id)
    if confirmation is None:
        return None
    subscriber = store.get(tx, confirmation.subscriber_id)
    assert subscriber is not None  # the foreign key keeps it
    if request_store.has_moved(tx, subscriber.id, since=confirmation.created_at):
        # It went to an address that is left.
        return Link("expired", subscriber)
    state = rules.link_state(confirmation, subscriber, now)
    if state == "open" and confirmation.wish:
        wish, _ = wishes.read(confirmation.wish)
        subscriber = replace(subscriber, name=wish.name, language=wish.language)
    return Link(state, subscriber, confirmation.wish)


def confirm(
    tx: Transaction,
    confirmation_id: int,
    *,
    now: datetime,
    welcome: bool = False,
    site: Site | None = None,
) -> Link | None:
    """Press the button: active from now on, or waiting where the list of the `site` is not open.
    The link as it was found; only `open` changes.

    With `welcome` a mail follows to who is active, once for each confirmation.
    """
    link = look_up(tx, confirmation_id, now=now)
    if link is None or link.state != "open":
        return link
    if not store.use_confirmation(tx, confirmation_id, now=now):
        return Link("used", link.subscriber)
    if link.wish:
        wish, source = wishes.read(link.wish)
        store.change_wish(tx, link.subscriber.id, wish, source=source)
    invitation = invitations.of_confirmation(tx, confirmation_id)
    mode = site.signup_mode if site else "open"
    status = approval.admission(mode, invitation, now)
    activate(tx, link.subscriber, source="link", now=now, status=status)
    if invitation is not None and invitations.state(invitation, now) == "open":
        invitations.use(tx, invitation)
    if status == "waiting" and site is not None:
        approval.tell_owner(tx, site=site, now=now)
    elif welcome:
        queue.put(
            tx,
            kind=WELCOME,
            subject_id=confirmation_id,
            recipient=link.subscriber.email,
            language=link.subscriber.language,
            now=now,
        )
    return link


def activate(
    tx: Transaction,
    subscriber: Subscriber,
    *,
    source: str,
    now: datetime,
    status: Status = "active",
) -> None:
    """Confirmed, by the reader's link or by the owner; the log repeats what was agreed to."""
    agreed = confirmed(tx, subscriber, source=source, now=now)
    store.activate(tx, subscriber.id, now=now, status=status)
    suppression.come_back(tx, subscriber.email_key)
    store.log(tx, subscriber.id, agreed)


def confirmed(
    tx: Transaction, subscriber: Subscriber, *, source: str, now: datetime
) -> ConsentEvent:
    """The line of the log for a button that was pressed: it repeats what was asked for last."""
    asked = store.last_request(tx, subscriber.id)
    return ConsentEvent(
        kind="confirmed",
        at=now,
        text=asked.text if asked else "",
        text_version=asked.text_version if asked else "",
        language=asked.language if asked else subscriber.language,
        form_url=asked.form_url if asked else "",
        source=source,
    )


def purge_unconfirmed(tx: Transaction, now: datetime) -> int:
    """Forget who asked over 30 days ago and never confirmed; how many (2,000 at most at once)."""
    ids = store.unconfirmed(tx, before=now - rules.UNCONFIRMED_KEPT, now=now, limit=_PURGE_BATCH)
    for subscriber_id in ids:
        store.delete(tx, subscriber_id)
    return len(ids)


def _would_mail(tx: Transaction, email_key: str, now: datetime) -> bool:
    """Whether `ask` would have mailed this address."""
    if suppression.bars_sign_up(tx, email_key):
        return False
    known = store.by_email_key(tx, email_key)
    if known is None:
        return True
    return rules.may_ask(known.status) and rules.may_mail(_mails(tx, known, email_key, now), now)


def _mails(
    tx: Transaction, known: Subscriber | None, email_key: str, now: datetime
) -> tuple[datetime, ...]:
    """When somebody was asked to confirm, by whichever way."""
    since = now - rules.MAILS_PERIOD
    return (
        *(store.asked_at(tx, known.id, since=since) if known else ()),
        *request_store.asked_at(tx, email_key, since=since),
    )


def _ask(
    tx: Transaction,
    subscriber_id: int,
    wish: Wish,
    consent: ConsentText,
    *,
    form_url: str,
    asked_at: datetime,
    now: datetime,
    invitation: Invitation | None,
    source: str,
    later: str | None,
) -> None:
    consent_texts.keep(tx, consent, now)
    store.log(
        tx,
        subscriber_id,
        ConsentEvent(
            kind="requested",
            at=asked_at,
            text=consent.text,
            text_version=consent.version,
            language=consent.language,
            form_url=form_url,
            source=source,
        ),
    )
    confirmation_id = store.add_confirmation(
        tx,
        subscriber_id,
        now=now,
        expires_at=now + rules.LINK_LIVES,
        wish=later,
        invitation_id=invitation.id if invitation else None,
    )
    queue.put(
        tx,
        kind=KIND,
        subject_id=confirmation_id,
        recipient=wish.email,
        language=wish.language,
        now=now,
    )
