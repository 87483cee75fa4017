"""The one gate: every request that makes the hub write to an address that somebody typed."""

from datetime import datetime, timedelta

from hub import addresses, limits
from hub.audience.gates import rules, store
from hub.audience.gates.model import Policy, Reason, Verdict, Visit
from hub.audience.model import Wish
from hub.db import Transaction
from hub.errors import TooMany
from hub.i18n import N_
from hub.site import secret_keys
from hub.tokens import KeyedHash

_HOUR, _DAY = 3600.0, 86_400.0
# Buckets with these names hold IP addresses and are forgotten as soon as they are full again.
LIMITS = "sign-up "


def judge(tx: Transaction, wish: Wish, visit: Visit, *, network: str, now: datetime) -> Verdict:
    """What becomes of a sign-up. Raises TooMany when too many came from its sender's network.

    It says nothing about who is on the list, and takes as long for everybody.
    """
    _take_turn(tx, visit, network=network, now=now)
    email_key = addresses.key(wish.email)
    found: list[Reason] = rules.reproaches(wish, visit)
    if not _domain_has_room(tx, email_key, visit.policy, now):
        found.append("domain")
    # The plain spelling is free: it is mailed once a day at most anyway.
    if rules.mailbox(email_key) != email_key and not _mailbox_has_room(tx, email_key, now):
        found.append("mailbox")
    if rules.is_braking(store.last_brake(tx), now):
        found.append("brake")
    return rules.weigh(found)


def may_mail(tx: Transaction, email: str, visit: Visit, *, network: str, now: datetime) -> bool:
    """Whether a mail that somebody asks for (such as their own link) may go to a checked address.

    Raises TooMany as a sign-up does, and counts as one. The answer to who asked must be the same
    either way.
    """
    _take_turn(tx, visit, network=network, now=now)
    room = _mailbox_has_room(tx, addresses.key(email), now)
    return room and not visit.trapped and visit.proof != "missing"


def may_confirm(tx: Transaction, email: str, visit: Visit, *, network: str, now: datetime) -> bool:
    """As `may_mail`, for an address that is new to the list: its domain is counted as well."""
    _take_turn(tx, visit, network=network, now=now)
    email_key = addresses.key(email)
    # In the order of `judge`, so that no two wait for each other's bucket.
    domain = _domain_has_room(tx, email_key, visit.policy, now)
    mailbox = _mailbox_has_room(tx, email_key, now)
    return domain and mailbox and not visit.trapped


def _take_turn(tx: Transaction, visit: Visit, *, network: str, now: datetime) -> None:
    """One of the hour's requests of a client and of its network; a client gets half of them."""
    most = visit.policy.per_network
    # Always in this order, so that no two wait for each other's bucket.
    names = [(f"{LIMITS}{network}", most)]
    if visit.address:
        names.insert(0, (f"{LIMITS}from {visit.address}", max(1, most // 2)))
    for name, capacity in names:
        if not limits.take(tx, name, capacity=capacity, per_seconds=_HOUR, now=now):
            raise TooMany(N_("There were many requests from your network. Please try again later."))


def _domain_has_room(tx: Transaction, email_key: str, policy: Policy, now: datetime) -> bool:
    domain = rules.counted_domain(email_key.rpartition("@")[2])
    most = rules.per_hour(domain, policy)
    return limits.take(tx, f"domain {domain}", capacity=most, per_seconds=_HOUR, now=now)


def _mailbox_has_room(tx: Transaction, email_key: str, now: datetime) -> bool:
    """Mailboxes are counted under a keyed hash: limits hold no address."""
    name = (
        KeyedHash(secret_keys.key(tx, store.KEY_NAME))
        .digest(rules.mailbox(email_key).encode())
        .hex()
    )
    most = rules.SPELLINGS_PER_DAY
    return limits.take(tx, f"mailbox {name}", capacity=most, per_seconds=_DAY, now=now)


def forget_clients(tx: Transaction, now: datetime) -> int:
    """Forget IP addresses and networks as soon as their limits are full again; how many."""
    return limits.forget_idle(tx, LIMITS, before=now - timedelta(seconds=_HOUR))
