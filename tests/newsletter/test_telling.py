"""What the owner is told of an edition, and that it is told once."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest

from hub.audience import membership
from hub.db import Database
from hub.newsletter import books, claiming, planning, steering
from hub.newsletter.deliveries import Result
from hub.notices import store
from hub.notices.model import Notice
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import (
    newest,
    outbox,
    parsed,
    press,
    publish,
    send_to,
    sending_edition,
    subscribe,
    tick,
)

SATURDAY = datetime.fromisoformat("2026-11-28T07:00:00+00:00")


def told(hub: Hub) -> list[Notice]:
    """Newest first."""
    with hub.db.read() as tx:
        return store.page(tx, after=None, limit=99)


def kinds(hub: Hub) -> list[str]:
    return [notice.kind for notice in told(hub)]


def option(hub: Hub, name: str, value: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, name, value)


def to_owner(hub: Hub) -> list[bytes]:
    return [raw for raw in outbox(hub) if parsed(raw)["To"] == "owner@hub.test"]


def test_a_sent_edition_is_told_with_its_figures(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada", "bea", "550-rcpt")
    send_to(hub, FaultServer(), NOW + timedelta(minutes=3))
    (notice,) = told(hub)
    facts = notice.facts
    assert (notice.kind, notice.subject_id) == ("sent", edition_id)
    assert (facts.accepted, facts.failed, facts.unknown, facts.seconds) == (2, 1, 0, 180)


def test_many_failures_are_told_instead(hub: Hub) -> None:
    sending_edition(hub, *[f"550-rcpt{n}" for n in range(5)], "ada")
    send_to(hub, FaultServer())
    assert kinds(hub) == ["failures"]


def test_who_wants_no_alarm_hears_that_it_was_sent(hub: Hub) -> None:
    option(hub, "notice_failures", "off")
    sending_edition(hub, *[f"550-rcpt{n}" for n in range(5)])
    send_to(hub, FaultServer())
    assert kinds(hub) == ["sent"]


def test_an_edition_that_is_sent_again_the_same_day_is_told_once(hub: Hub) -> None:
    option(hub, "notice_sent", "mail")
    edition_id = sending_edition(hub, "ada", "550-rcpt")
    send_to(hub, FaultServer())
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = 'active'")
        tx.execute("DELETE FROM suppressions")
        steering.retry(tx, edition_id, now=NOW)
    tick(hub, NOW)
    tick(hub, NOW)
    (notice,) = told(hub)
    assert (notice.facts.accepted, notice.facts.failed) == (2, 0)
    assert len(to_owner(hub)) == 1


def test_two_workers_that_finish_at_once_tell_once(
    hub: Hub, open_again: Callable[[], Database]
) -> None:
    edition_id = sending_edition(hub, "ada", "bea")
    ledgers = [books.Books(db, hub.signer, sites.load) for db in (hub.db, open_again())]
    held = [ledger.claim(n, now=NOW, limit=1) for n, ledger in enumerate(ledgers, 1)]

    async def record() -> None:
        await asyncio.gather(
            *(
                asyncio.to_thread(
                    ledger.record,
                    n,
                    [Result(edition_id, d.subscriber_id, "accepted", 250, "", NOW) for d in mine],
                    now=NOW,
                )
                for n, (ledger, mine) in enumerate(zip(ledgers, held, strict=True), 1)
            )
        )

    asyncio.run(record())
    assert newest(hub).status == "sent"
    assert kinds(hub) == ["sent"]
    with hub.db.read() as tx:
        assert not claiming.held_by_others(tx, 0)


def test_an_edition_whose_readers_all_left_is_told_as_sent(hub: Hub) -> None:
    reader = subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press(hub), "weekly", NOW)
        membership.unsubscribe(tx, reader, source="owner", now=NOW)
    tick(hub)
    assert [(n.kind, n.subject_id) for n in told(hub)] == [("sent", edition.id)]


def test_a_pause_by_the_hub_is_told_and_one_by_the_owner_is_not(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada")
    with hub.db.write() as tx:
        steering.pause(tx, edition_id)
        assert store.page(tx, after=None, limit=9) == []
        steering.resume(tx, edition_id, now=NOW)
        steering.stop(tx, edition_id, reason="wrong", site=hub.site(), now=NOW)
    (notice,) = told(hub)
    assert (notice.kind, notice.facts.reason, notice.read_at) == ("paused", "wrong", None)
    with hub.db.write() as tx:
        steering.resume(tx, edition_id, now=NOW)
        assert store.unread(tx, limit=1) == []


def test_a_cancelled_edition_is_told_with_how_far_it_came(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada")
    with hub.db.write() as tx:
        steering.cancel(tx, edition_id, now=NOW)
    (notice,) = told(hub)
    assert notice.kind == "cancelled"
    assert "its articles are in the next one" in notice.facts.reason


def test_articles_without_readers_are_told(hub: Hub) -> None:
    publish(hub, "Ropes")
    tick(hub, SATURDAY)
    (notice,) = told(hub)
    assert (notice.kind, notice.facts.reason) == ("skipped", "no readers")


def test_readers_without_articles_are_told(hub: Hub) -> None:
    subscribe(hub, "ada@mail.test")
    tick(hub, SATURDAY)
    (notice,) = told(hub)
    assert (notice.kind, notice.facts.reason) == ("skipped", "no new articles")


def test_with_neither_nothing_happened(hub: Hub) -> None:
    tick(hub, SATURDAY)
    assert newest(hub).status == "skipped"
    assert told(hub) == []


@pytest.mark.parametrize(("late", "expected"), [(59, False), (61, True)])
def test_an_edition_that_is_made_late_is_told(hub: Hub, late: int, expected: bool) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    tick(hub, SATURDAY + timedelta(minutes=late))
    assert ("late" in kinds(hub)) == expected


def test_the_mail_says_it_in_the_owners_language(hub: Hub) -> None:
    option(hub, "notice_sent", "mail")
    option(hub, "language", "fr")
    edition_id = sending_edition(hub, "ada")
    tick(hub)
    tick(hub)
    (raw,) = to_owner(hub)
    message = parsed(raw)
    assert message["Subject"] == "Envoyée\u00a0: Ropes"
    for part in message.iter_parts():
        text = unescape(part.get_content())
        assert "Remis\u00a0: 1" in text
        assert f"https://hub.test/admin/newsletter/{edition_id}" in text
        assert "https://hub.test/admin/settings#group-notices" in text
