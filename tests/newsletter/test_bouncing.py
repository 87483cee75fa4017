"""Dead addresses: one hard refusal, or three soft ones in a row over 15 days, and no more mail."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from hub.addresses import key
from hub.audience import membership, suppression
from hub.db import Database
from hub.newsletter import steering
from hub.newsletter.bouncing import worn_out
from hub.newsletter.returns.model import Ending
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import (
    reply_of,
    send_out,
    send_to,
    sending_edition,
    states,
    status_of,
    subscribe,
)

DAY = timedelta(days=1)
FULL = (552, "5.2.2 mailbox full")


def soft(day: int) -> Ending:
    return Ending("failed", *FULL, NOW + day * DAY)


def good(day: int) -> Ending:
    return Ending("accepted", 250, "2.0.0 queued", NOW + day * DAY)


def other(day: int, code: int | None, reply: str) -> Ending:
    return Ending("failed", code, reply, NOW + day * DAY)


@pytest.mark.parametrize(
    ("newest_first", "expected"),
    [
        ([soft(15), soft(7), soft(0)], True),
        ([soft(14), soft(7), soft(0)], False),
        ([soft(21), soft(0)], False),
        ([soft(21), soft(14), soft(7), soft(0)], True),
        ([soft(21), soft(14), good(7), soft(0), soft(-7)], False),
        ([good(21), soft(14), soft(7), soft(-7)], False),
        # What is no fault of the reader's neither counts nor breaks the row.
        ([soft(21), other(14, 554, "5.7.1 spam"), soft(7), soft(0)], True),
        ([soft(21), other(14, None, "given up after 48 hours: away"), soft(0)], False),
        ([other(16, 451, "given up after 48 hours: 4.2.1 no"), soft(7), soft(0)], True),
    ],
)
def test_three_soft_failures_in_a_row_over_15_days(
    newest_first: list[Ending], expected: bool
) -> None:
    assert worn_out(newest_first) is expected


def test_a_dead_address_is_suppressed_with_its_result(hub: Hub) -> None:
    sending_edition(hub, "550-rcpt", "ada")
    send_to(hub, FaultServer())
    assert (status_of(hub, "550-rcpt"), status_of(hub, "ada")) == ("bounced", "active")
    with hub.db.read() as tx:
        assert suppression.reason(tx, key("550-rcpt@mail.test")) == "bounced"
        assert suppression.reason(tx, key("ada@mail.test")) is None


def test_a_result_that_is_not_written_bounces_nobody(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending_edition(hub, "550-rcpt")
    monkeypatch.setattr("hub.newsletter.deliveries.record", _stumble)
    with pytest.raises(ZeroDivisionError):
        send_to(hub, FaultServer())
    assert reply_of(hub, "550-rcpt")[0] == "claimed"
    assert status_of(hub, "550-rcpt") == "active"


def _stumble(*_: object) -> None:
    raise ZeroDivisionError


def test_a_mailbox_that_stays_full_gets_no_fourth_edition(hub: Hub) -> None:
    subscribe(hub, "552-rcpt@mail.test")
    subscribe(hub, "ada@mail.test")
    seen = []
    for week in range(4):
        at = NOW + week * 7 * DAY
        send_out(hub, at)
        send_to(hub, FaultServer(), at)
        seen.append(status_of(hub, "552-rcpt"))
    assert seen == ["active", "active", "active", "bounced"]
    send_out(hub, NOW + 30 * DAY)
    send_to(hub, server := FaultServer(), NOW + 30 * DAY)
    assert b"RCPT TO:<552-rcpt@mail.test>" not in server.commands
    assert status_of(hub, "ada") == "active"


def test_who_bounced_since_gets_no_mail_of_another_edition(hub: Hub) -> None:
    first = sending_edition(hub, "550-rcpt", "ada")
    with hub.db.write() as tx:
        steering.pause(tx, first)
    send_out(hub, NOW + timedelta(seconds=1))
    server = FaultServer()
    send_to(hub, server, NOW + timedelta(seconds=1))
    with hub.db.write() as tx:
        steering.resume(tx, first, now=NOW)
    send_to(hub, server, NOW + timedelta(seconds=1))
    assert server.commands.count(b"RCPT TO:<550-rcpt@mail.test>") == 1
    assert states(hub, first) == {"accepted": 1, "failed": 1}
    with hub.db.read() as tx:
        note = tx.scalar("SELECT reply FROM deliveries WHERE edition_id = 1 AND subscriber_id = 1")
    assert note == "the reader was bounced before it was sent"


def test_bouncing_side_by_side_stands_still_nowhere(
    db: Database, open_again: Callable[[], Database]
) -> None:
    """Results of two workers about the same readers, in opposite order, in the same moment."""
    ids = list(range(1, 31))
    with db.write() as tx:
        tx.executemany(
            "INSERT INTO subscribers (id, email, email_key, name, status, cadence, language,"
            " source, created_at) VALUES (:id, :email, :email, '', 'active', 'weekly', 'en',"
            " 'form', :at)",
            ({"id": n, "email": f"{n}@reader.test", "at": NOW} for n in ids),
        )
    together = threading.Barrier(2, timeout=20)
    bounced: list[int] = []

    def bounce(mine: Database, order: list[int]) -> None:
        together.wait()
        with mine.write(concurrent=True) as tx:
            bounced.append(membership.bounce(tx, order, now=NOW))

    threads = [
        threading.Thread(target=bounce, args=(open_again(), order)) for order in (ids, ids[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(bounced) == len(ids)
    with db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM suppressions") == len(ids)


@pytest.mark.parametrize("status", ["unsubscribed", "complained"])
def test_who_had_left_stays_as_they_left(hub: Hub, status: str) -> None:
    reader = subscribe(hub, "ada@mail.test", status=status)
    with hub.db.write() as tx:
        assert membership.bounce(tx, [reader], now=NOW) == 0
    assert status_of(hub, "ada") == status
