"""The truth about every failure: each reader ends in the right state, and the others arrive.

The relay's own log decides: what it accepted is what the ledger says, message for message.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import pytest

from hub.errors import Refused
from hub.newsletter import deliveries, steering
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import (
    newest,
    parsed,
    relay_at,
    reply_of,
    send_to,
    sending_edition,
    states,
    status_of,
    worker_of,
)

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

OTHERS = ("ada", "bea", "cyd")
PLAIN = ("SIZE 1000000", "8BITMIME")
PIPELINED = ("PIPELINING", *PLAIN)
either_way = pytest.mark.parametrize("extensions", [PLAIN, PIPELINED], ids=["plain", "pipelined"])
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Row:
    """A reader whose server does this, and what becomes of them."""

    fault: str
    state: str
    code: int | None
    text: str
    reader: Literal["active", "bounced"] = "active"
    edition: Literal["sending", "sent", "paused"] = "sent"


def put_off(fault: str, code: int | None, text: str) -> Row:
    return Row(fault, "deferred", code, text, edition="sending")


def bounced(fault: str, code: int, text: str) -> Row:
    return Row(fault, "failed", code, text, reader="bounced")


def failed(fault: str, code: int | None, text: str) -> Row:
    return Row(fault, "failed", code, text)


def blamed(fault: str, code: int, text: str) -> Row:
    return Row(fault, "failed", code, text, edition="paused")


TABLE = [
    put_off("451-rcpt", 451, "4.3.0 try again"),
    put_off("451-data", 451, "4.3.0 try again"),
    put_off("451+5.7.1-rcpt", 451, "5.7.1 told so"),
    put_off("421-rcpt", 421, "before the message: 421 4.7.0 closing"),
    put_off("421-data", 421, "4.7.0 closing"),
    put_off("greylist", 451, "4.7.1 greylisted"),
    put_off("550+4.2.1-data", 550, "4.2.1 told so"),
    put_off("drop-rcpt", None, "before the message: the server closed the connection"),
    bounced("550-rcpt", 550, "5.1.1 no such user"),
    bounced("550-data", 550, "5.1.1 no such user"),
    bounced("550+5.1.2-rcpt", 550, "5.1.2 told so"),
    bounced("501+5.1.3-rcpt", 501, "5.1.3 told so"),
    bounced("556+5.1.10-rcpt", 556, "5.1.10 told so"),
    bounced("550+5.2.1-data", 550, "5.2.1 told so"),
    failed("552-rcpt", 552, "5.2.2 mailbox full"),
    failed("550+no-rcpt", 550, "told so"),
    failed("550+5.4.1-rcpt", 550, "5.4.1 told so"),
    failed("552+5.3.4-data", 552, "5.3.4 told so"),
    blamed("554-rcpt", 554, "5.7.1 rejected as spam"),
    blamed("554-data", 554, "5.7.1 rejected as spam"),
    blamed("550+5.6.0-data", 550, "5.6.0 told so"),
    blamed("503+5.5.1-rcpt", 503, "5.5.1 told so"),
    Row("drop-data", "unknown", None, "no answer to the message: the server closed the connection"),
    Row("hang-data", "unknown", None, "no answer to the message: no answer within 0.2 seconds"),
    failed("zoé", None, "the relay takes no address with letters beyond ASCII"),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fault)
def test_each_failure_ends_in_its_state(hub: Hub, row: Row) -> None:
    edition_id = sending_edition(hub, OTHERS[0], row.fault, *OTHERS[1:])
    server = FaultServer(extensions=PIPELINED)
    send_to(hub, server)
    state, code, text = reply_of(hub, row.fault)
    assert (state, code) == (row.state, row.code)
    assert text.startswith(row.text)
    assert status_of(hub, row.fault) == row.reader
    assert newest(hub).status == row.edition
    accepted = [name for name, _ in server.accepted]
    assert max(Counter(accepted).values(), default=1) == 1
    counted = states(hub, edition_id)
    assert counted.pop("accepted", 0) == len(accepted)
    assert counted.pop(row.state) == 1
    if row.edition == "paused":
        assert counted.pop("queued", 0) == len(OTHERS) - len(accepted)
    else:
        assert set(accepted) == {f"{name}@mail.test" for name in OTHERS}
    assert counted == {}


@either_way
def test_all_failures_in_one_edition(hub: Hub, extensions: tuple[str, ...]) -> None:
    """Side by side, with a server that closes every connection after a few messages."""
    rows = [row for row in TABLE if row.edition != "paused"]
    others = [f"r{n}" for n in range(60)]
    everybody = [row.fault for row in rows]
    for n, name in enumerate(others):
        everybody.insert(n * 2 % len(everybody), name)
    edition_id = sending_edition(hub, *everybody)
    server = FaultServer(close_after=7, extensions=extensions)
    send_to(hub, server)
    assert {row.fault: reply_of(hub, row.fault)[0] for row in rows} == {
        row.fault: row.state for row in rows
    }
    assert Counter(name for name, _ in server.accepted) == Counter(
        f"{name}@mail.test" for name in others
    )
    assert states(hub, edition_id) == {"accepted": 60, **Counter(row.state for row in rows)}


def test_a_refused_connection_puts_everybody_off(hub: Hub) -> None:
    edition_id = sending_edition(hub, *OTHERS)

    async def run() -> None:
        worker = await asyncio.to_thread(worker_of, hub, relay_at(1))
        await worker.tick(NOW)
        await worker.close(NOW)

    asyncio.run(run())
    assert states(hub, edition_id) == {"deferred": 3}
    state, code, text = reply_of(hub, "ada")
    assert (state, code) == ("deferred", None)
    assert text.startswith("the relay cannot be reached: ")
    assert due_of(hub, "ada") == NOW + 5 * MINUTE


def test_who_is_greylisted_gets_it_once_at_the_next_try(hub: Hub) -> None:
    edition_id = sending_edition(hub, "greylist", *OTHERS)
    server = FaultServer()
    send_to(hub, server)
    due = due_of(hub, "greylist")
    send_to(hub, server, due - timedelta(seconds=1))
    assert states(hub, edition_id) == {"accepted": 3, "deferred": 1}
    send_to(hub, server, due)
    assert states(hub, edition_id) == {"accepted": 4}
    assert Counter(Counter(name for name, _ in server.accepted).values()) == {1: 4}
    assert newest(hub).status == "sent"


@either_way
def test_a_server_that_closes_after_every_50_messages(
    hub: Hub, extensions: tuple[str, ...]
) -> None:
    edition_id = sending_edition(hub, *[f"r{n}" for n in range(260)])
    server = FaultServer(close_after=50, extensions=extensions)
    worker = send_to(hub, server)
    assert worker.trouble == ""
    assert states(hub, edition_id) == {"accepted": 260}
    assert Counter(Counter(name for name, _ in server.accepted).values()) == {1: 260}
    with hub.db.read() as tx:
        assert tx.all(int, "SELECT DISTINCT attempts FROM deliveries") == [1]


def test_a_message_that_goes_back_untried_has_not_used_up_a_try(hub: Hub) -> None:
    sending_edition(hub, "554-rcpt", *[f"r{n}" for n in range(40)])
    send_to(hub, FaultServer())
    with hub.db.read() as tx:
        sql = "SELECT DISTINCT attempts FROM deliveries WHERE state = 'queued'"
        assert tx.all(int, sql) == [0]


def test_what_is_in_flight_when_it_is_paused_ends_in_its_true_state(hub: Hub) -> None:
    names = ["a", "drop-data", "550-data", "554-data", "b", "c"]
    names += [f"r{n}" for n in range(60)]
    edition_id = sending_edition(hub, *names)
    server = FaultServer(delay=0.02)
    send_to(hub, server, connections=4)
    assert newest(hub).status == "paused"
    arrived = len(server.accepted)
    # Four connections, each with a message in flight and at most one announced behind it.
    assert arrived <= 8
    counted = states(hub, edition_id)
    assert counted["accepted"] == arrived
    assert counted["queued"] == len(names) - arrived - counted["failed"] - counted.get("unknown", 0)
    assert reply_of(hub, "550-data")[0] == "failed"
    assert reply_of(hub, "drop-data")[0] == "unknown"


def test_a_paused_edition_goes_on_and_the_failed_come_with_a_retry(hub: Hub) -> None:
    edition_id = sending_edition(hub, "554-rcpt", *[f"r{n}" for n in range(20)])
    server = FaultServer()
    send_to(hub, server)
    with hub.db.write() as tx:
        steering.resume(tx, edition_id, now=NOW)
    send_to(hub, server)
    assert states(hub, edition_id) == {"accepted": 20, "failed": 1}
    assert newest(hub).status == "sent"
    with hub.db.write() as tx:
        assert steering.retry(tx, edition_id, now=NOW).queued == 1
    again = FaultServer()
    send_to(hub, again)
    assert [c for c in again.commands if c.startswith(b"RCPT")] == [b"RCPT TO:<554-rcpt@mail.test>"]
    assert Counter(Counter(name for name, _ in server.accepted).values()) == {1: 20}


def test_a_retry_that_is_pressed_twice_is_one(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada")
    later = NOW + timedelta(minutes=1)
    with hub.db.write() as tx:
        tx.execute("UPDATE deliveries SET state = 'failed', finished_at = :at", at=NOW)
        tx.execute("UPDATE editions SET status = 'sent'")
        assert steering.retry(tx, edition_id, now=later, asked=NOW).queued == 1
        # It failed again meanwhile; the second window was opened before.
        tx.execute("UPDATE deliveries SET state = 'failed', finished_at = :at", at=later)
        with pytest.raises(Refused, match="tried again since"):
            steering.retry(tx, edition_id, now=later, asked=NOW)


def test_what_may_have_arrived_goes_again_only_when_the_owner_says_so(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada", "ben")
    with hub.db.write() as tx:
        tx.execute("UPDATE deliveries SET state = 'failed', finished_at = :at", at=NOW)
        tx.execute("UPDATE deliveries SET state = 'unknown' WHERE subscriber_id = 1")
        deliveries.move_counts(tx, edition_id, Counter(queued=-2, failed=1, unknown=1))
        assert steering.retriable(tx, edition_id).unknown == 1
        steering.retry(tx, edition_id, now=NOW, asked=NOW, with_unknown=False)
    assert states(hub, edition_id) == {"queued": 1, "unknown": 1}
    with hub.db.write() as tx, pytest.raises(Refused, match="tried again since"):
        steering.retry(tx, edition_id, now=NOW, asked=NOW, with_unknown=False)
    with hub.db.write() as tx:
        tx.execute("UPDATE deliveries SET state = 'accepted' WHERE state = 'queued'")
        deliveries.move_counts(tx, edition_id, Counter(queued=-1, accepted=1))
        with pytest.raises(Refused, match="may have arrived"):
            steering.retry(tx, edition_id, now=NOW, asked=NOW, with_unknown=False)


def test_the_owner_is_told_once_for_each_pause(hub: Hub) -> None:
    with hub.db.write() as tx:
        tx.execute("INSERT INTO settings (name, value) VALUES ('language', 'fr')")
    edition_id = sending_edition(hub, *[f"554-data{n}" for n in range(12)])
    server = FaultServer()
    send_to(hub, server, connections=3)
    send_to(hub, server)
    (mail,) = server.accepted
    assert mail[0] == "owner@hub.test"
    message = parsed(mail[1])
    assert message["Subject"] == "La lettre est suspendue\u00a0: Ropes"
    for part in message.iter_parts():
        text = part.get_content()
        assert "refuse la lettre" in text
        assert "5.7.1 rejected as spam" in text
        assert f"https://hub.test/admin/newsletter/{edition_id}" in text
    with hub.db.write() as tx:
        steering.resume(tx, edition_id, now=NOW)
    later = NOW + timedelta(minutes=5)
    send_to(hub, server, later)
    send_to(hub, server, later)
    assert [name for name, _ in server.accepted] == ["owner@hub.test"] * 2


def test_two_workers_that_stop_the_same_edition_tell_the_owner_once(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada")
    with hub.db.write() as tx:
        site = hub.site()
        assert steering.stop(tx, edition_id, reason="first", site=site, now=NOW)
        assert not steering.stop(tx, edition_id, reason="second", site=site, now=NOW)
        assert tx.scalar("SELECT count(*) FROM notices WHERE mail = 'wanted'") == 1
    assert newest(hub).reason == "first"


def test_what_goes_on_already_needs_no_mail(hub: Hub) -> None:
    edition_id = sending_edition(hub, "554-rcpt")
    send_to(hub, FaultServer())
    with hub.db.write() as tx:
        steering.resume(tx, edition_id, now=NOW)
    send_to(hub, server := FaultServer())
    assert server.accepted == []


def test_nobodys_address_is_logged(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    sending_edition(hub, "554-rcpt", "550-rcpt")
    with caplog.at_level("INFO", logger="hub"):
        send_to(hub, FaultServer())
    assert "edition.paused" in caplog.text
    assert "mail.test" not in caplog.text


def due_of(hub: Hub, name: str) -> datetime:
    with hub.db.read() as tx:
        found = tx.scalar(
            "SELECT due_at FROM deliveries WHERE subscriber_id ="
            " (SELECT id FROM subscribers WHERE email = :email)",
            email=f"{name}@mail.test",
        )
    return datetime.fromisoformat(found)
