"""The owner looks at sign-ups that are held: they go on to the reader, or are forgotten."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from hub import addresses
from hub.audience import invitations, signup
from hub.audience.gates import store
from hub.audience.gates.model import HeldSignUp
from hub.audience.model import Cadence, ConsentText, Wish
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_


@dataclass(frozen=True, slots=True)
class LetThrough:
    """How many were taken off the queue, and how many of them are mailed: nobody is who was
    mailed today or must not get mail."""

    taken: int
    mailed: int


def let_through(tx: Transaction, ids: Iterable[int], *, now: datetime) -> LetThrough:
    """Ask these readers to confirm, as if nothing had spoken against them."""
    found = store.held_among(tx, ids)
    mailed = sum(_ask(tx, one, now) for one in found)
    store.drop(tx, [one.id for one in found])
    return LetThrough(len(found), mailed)


def by_address(tx: Transaction, address: str) -> HeldSignUp:
    """The held sign-up of an address in any spelling. Raises NotFound."""
    try:
        found = store.held_of(tx, addresses.key(addresses.checked(address)))
    except Refused:
        found = None
    if found is None:
        raise NotFound(N_("No sign-up of %(address)s is held."), address=address)
    return found


def _ask(tx: Transaction, held: HeldSignUp, now: datetime) -> bool:
    return signup.ask(
        tx,
        Wish(
            email=held.email,
            name=held.name,
            cadence=cast(Cadence, held.cadence),  # the table's check keeps it
            topics=tuple(held.topics.split()),
            language=held.language,
        ),
        ConsentText(held.consent_text, held.consent_version, held.consent_language),
        form_url=held.form_url,
        now=now,
        asked_at=held.created_at,
        invitation=invitations.by_code(tx, held.invitation) if held.invitation else None,
    )
