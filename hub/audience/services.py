"""Who wrote a list: the columns by which each service is known, and what only it does."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hub.audience import headings
from hub.audience.model import Status
from hub.i18n import N_


@dataclass(frozen=True, slots=True)
class Service:
    """`signature`: columns, lower-cased, that stand together in no other list."""

    name: str
    signature: frozenset[str]


def _service(name: str, columns: str) -> Service:
    return Service(name, frozenset(columns.split(", ")))


SERVICES = (
    _service("mailchimp", "leid, euid"),
    _service("substack", "email, active_subscription"),
    _service("substack", "email, stripe plan, start date"),
    _service("ghost", "email, subscribed_to_emails"),
    _service("buttondown", "email, subscriber_type"),
    _service("listmonk", "uuid, email, attributes, status"),
    _service("mailpoet", "global status, list status"),
    _service("keila", "email, status, external id"),
    _service("beehiiv", "email, status, tier, created_at"),
)

# The words of all of them for where somebody stands.
_STATUSES: dict[Status, str] = {
    "active": "active, subscribed, confirmed, enabled, regular, premium, gifted, trialed, abonné,"
    " abonnée, inscrit, inscrite, actif, confirmé, confirmée, opted in, opted-in",
    "waiting": "waiting",
    "pending": "pending, unconfirmed, unactivated, non confirmé, non confirmée, en attente",
    "unsubscribed": "unsubscribed, inactive, cancelled, canceled, removed, churned, disabled,"
    " cold, archived, désabonné, désabonnée, désinscrit, désinscrite, inactif, opted out,"
    " opted-out",
    "bounced": "bounced, cleaned, undeliverable, unreachable, rejeté, rejetée, nettoyé",
    "complained": "complained, spam, blocked, blocklisted, plainte",
}
STATUS = {word.strip(): status for status, words in _STATUSES.items() for word in words.split(",")}
_BOTH = re.compile(r"[(·.]e\)?$")

# What a service writes where the address of somebody was who asked it to forget them.
ERASED_ELSEWHERE = ("@deletion-request.substack.com",)

# Columns that are understood and not kept.
_IP = frozenset(
    ("optin_ip", "confirm_ip", "ip_address", "subscription ip", "confirmation ip", "ip")
)
_NO_PLACE = frozenset(
    "member_rating, latitude, longitude, gmtoff, dstoff, timezone, cc, region, last_changed, leid,"
    " euid, id, uuid, secondary_id, external id, unsub_campaign_title,"
    " unsub_campaign_id, unsub_reason_other, clean_campaign_title,"
    " clean_campaign_id, active_subscription, expiry, plan, prefer_digests, first_payment_at,"
    " stripe plan, cancel date, paid upgrade date, activity, type, complimentary_plan,"
    " stripe_customer_id, tiers, products, tier, utm_source, utm_medium, utm_campaign,"
    " data, updated_at".split(", ")
)
NOT_UNDERSTOOD = N_("not understood; left out")
_NO_IP = N_("left out: the hub keeps no IP addresses")
_NOWHERE = N_("left out: the hub has no place for it")

# A word of the file's name → what it says of everybody in it.
_SAID_BY_NAME: dict[str, Status] = {
    **dict.fromkeys(
        (
            *("unsubscribed", "unsubscribes", "unsubscribers", "optout", "optouts", "unsub"),
            *("suppressed", "suppression", "suppressions", "blocked", "blocklist", "blocklisted"),
            *("blacklist", "blacklisted", "desinscrits", "desinscrites", "desinscriptions"),
            *("desabonnes", "desabonnees", "desabonnements", "abgemeldet", "bajas"),
        ),
        "unsubscribed",
    ),
    **dict.fromkeys(("cleaned", "bounced", "bounces", "undeliverable"), "bounced"),
    **dict.fromkeys(("complained", "complaints", "plaintes"), "complained"),
}
_WORD = re.compile(r"[^\W\d_]+")


def status(word: str) -> Status | None:
    """What a word in small letters says, “abonné(e)” too; None for one that is not known."""
    found = STATUS.get(word)
    return found if found is not None else STATUS.get(_BOTH.sub("", word))


def of(columns: Iterable[str]) -> Service | None:
    """The service whose columns these are."""
    names = {str(column).strip().casefold() for column in columns}
    return next((service for service in SERVICES if service.signature <= names), None)


def status_of_file(name: str, columns: Iterable[str]) -> Status:
    """What the name of a file says of everybody in it, as in Mailchimp's three; else active."""
    names = {str(column).strip().casefold() for column in columns}
    if SERVICES[0].signature <= names:
        if "clean_time" in names:
            return "bounced"
        if "unsub_time" in names:
            return "unsubscribed"
    words = _WORD.findall(headings.folded(name))
    return next((_SAID_BY_NAME[word] for word in words if word in _SAID_BY_NAME), "active")


def holds_no_subscribers(name: str) -> bool:
    """Mailchimp's file of people who bought something and never subscribed."""
    return name.casefold().startswith(("nonsubscribed_", "non-subscribed_", "transactional_"))


def why_left_out(column: str) -> str:
    """What the owner is told of a column that nothing is taken from."""
    name = column.strip().casefold()
    if name in _IP:
        return _NO_IP
    return _NOWHERE if name in _NO_PLACE else NOT_UNDERSTOOD
