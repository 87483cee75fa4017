"""Who has not got an edition, one by one; and leaving out those who stop it."""

from datetime import timedelta

import pytest

from hub.errors import Refused
from hub.newsletter import deliveries, outstanding, steering
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import newest, reply_of, send_to, sending_edition, states


def page(hub: Hub, edition_id: int, state: str, after: int = 0) -> list[outstanding.Outstanding]:
    with hub.db.read() as tx:
        return outstanding.page(tx, edition_id, state, after=after, limit=2)


def test_those_put_off_are_listed_with_what_was_said_and_the_next_try(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", *[f"451-rcpt-{n}" for n in range(3)])
    send_to(hub, FaultServer())
    first = page(hub, edition_id, "deferred")
    assert [(one.email, one.code, one.attempts) for one in first] == [
        ("451-rcpt-0@mail.test", 451, 1),
        ("451-rcpt-1@mail.test", 451, 1),
    ]
    assert first[0].due_at > NOW
    rest = page(hub, edition_id, "deferred", after=first[-1].subscriber_id)
    assert [one.email for one in rest] == ["451-rcpt-2@mail.test"]
    assert page(hub, edition_id, "failed") == page(hub, edition_id, "unknown") == []


def fail(hub: Hub, edition_id: int, name: str, code: int, reply: str) -> int:
    """As if the server had answered so; the reader's number."""
    with hub.db.write() as tx:
        reader = int(
            tx.scalar("SELECT id FROM subscribers WHERE email = :email", email=f"{name}@mail.test")
        )
        tx.execute(
            "UPDATE deliveries SET state = 'failed', code = :code, reply = :reply,"
            " finished_at = :now WHERE edition_id = :id AND subscriber_id = :reader",
            id=edition_id,
            reader=reader,
            code=code,
            reply=reply,
            now=NOW,
        )
        tx.execute("UPDATE edition_counts SET failed = failed + 1, queued = queued - 1")
    return reader


def test_readers_whose_server_blames_the_sender_are_named(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "b", "c", "d")
    blamed = fail(hub, edition_id, "b", 550, "5.7.1 not from you")
    fail(hub, edition_id, "c", 550, "5.1.1 nobody")
    # The status that opens the text counts.
    fail(hub, edition_id, "d", 550, "5.1.1 nobody, see 5.7.1 in the manual")
    with hub.db.read() as tx:
        assert [one.subscriber_id for one in outstanding.refusing(tx, edition_id)] == [blamed]


def test_left_out_they_stop_no_retry(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "b", "c")
    blamed = fail(hub, edition_id, "b", 550, "5.7.1 not from you")
    fail(hub, edition_id, "c", 554, "later perhaps")
    with hub.db.write() as tx:
        steering.pause(tx, edition_id)
        assert outstanding.leave_out(tx, edition_id, [blamed], now=NOW) == 1
        assert outstanding.refusing(tx, edition_id) == []
        assert steering.retry(tx, edition_id, now=NOW).left_out == (("left out", 1),)
        steering.resume(tx, edition_id, now=NOW)
    assert states(hub, edition_id) == {"queued": 2, "failed": 1}
    send_to(hub, FaultServer(), NOW + timedelta(minutes=1))
    assert newest(hub).status == "sent"
    assert reply_of(hub, "b")[0] == "failed"
    (left,) = page(hub, edition_id, "failed")
    assert left.left_out


def test_only_who_failed_can_be_left_out(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a")
    with hub.db.write() as tx:
        for chosen in ([1], [], [4711]):
            with pytest.raises(Refused, match="None of these"):
                outstanding.leave_out(tx, edition_id, chosen, now=NOW)
        assert deliveries.count_states(tx, edition_id) == {"queued": 1}
