"""All SQL of link cards: what pages elsewhere say of themselves, and which are asked when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.content.link_metadata import Metadata
from hub.db import Transaction, in_list

# While a page is being asked, nobody else asks it.
LEASE = timedelta(minutes=2)
# What is due later than any wait could have set was put off by a clock that was set back since.
_FURTHEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LinkCard:
    """A link that stands alone in an article, with what its page says of itself."""

    url: str
    title: str
    description: str
    site_name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that is asked now; `attempts` counts this one."""

    url: str
    attempts: int


def ready(tx: Transaction, urls: Iterable[str]) -> dict[str, LinkCard]:
    """The cards that there are, by the address of their link."""
    marks, values = in_list("url", urls)
    found = tx.all(
        LinkCard,
        "SELECT url, title, description, site_name FROM link_cards"
        f" WHERE url IN {marks} AND fetched_at IS NOT NULL",
        **values,
    )
    return {card.url: card for card in found}


def want(tx: Transaction, urls: Iterable[str], *, now: datetime, old: datetime) -> None:
    """These pages are to be asked, those that were asked since `old` not again."""
    tx.executemany(
        "INSERT INTO link_cards"
        " (url, title, description, site_name, fetched_at, asked_at, attempts, due_at)"
        " VALUES (:url, '', '', '', NULL, :now, 0, :now) ON CONFLICT (url) DO UPDATE"
        " SET due_at = excluded.due_at, asked_at = excluded.asked_at, attempts = 0"
        " WHERE link_cards.due_at IS NULL AND link_cards.asked_at < :old",
        [{"url": url, "now": now, "old": old} for url in urls],
    )


def is_due(tx: Transaction, now: datetime) -> bool:
    """Whether a page is to be asked."""
    found = tx.scalar(
        "SELECT 1 FROM link_cards WHERE due_at IS NOT NULL"
        " AND (due_at <= :now OR due_at > :too_far) LIMIT 1",
        now=now,
        too_far=now + _FURTHEST,
    )
    return found is not None


def claim(tx: Transaction, now: datetime) -> Asked | None:
    """A page that is due; due again in two minutes if nobody says what became of it."""
    url = tx.scalar(
        "SELECT url FROM link_cards WHERE due_at IS NOT NULL"
        " AND (due_at <= :now OR due_at > :too_far) ORDER BY due_at LIMIT 1",
        now=now,
        too_far=now + _FURTHEST,
    )
    return tx.one(
        Asked,
        "UPDATE link_cards SET due_at = :until, asked_at = :now, attempts = attempts + 1"
        " WHERE url = :url RETURNING url, attempts",
        url=url,
        now=now,
        until=now + LEASE,
    )


def put(tx: Transaction, url: str, said: Metadata, now: datetime) -> None:
    """What a page says of itself."""
    tx.execute(
        "UPDATE link_cards SET title = :title, description = :description,"
        " site_name = :site_name, fetched_at = :now, due_at = NULL WHERE url = :url",
        url=url,
        title=said.title,
        description=said.description,
        site_name=said.site_name,
        now=now,
    )


def put_off(tx: Transaction, url: str, until: datetime | None) -> None:
    """A page is asked later; None for not any more."""
    tx.execute("UPDATE link_cards SET due_at = :until WHERE url = :url", url=url, until=until)


def forget_due(tx: Transaction) -> None:
    """No page is asked any more."""
    tx.execute("UPDATE link_cards SET due_at = NULL WHERE due_at IS NOT NULL")
