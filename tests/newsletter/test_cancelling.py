"""A cancelled edition holds nothing that waits: its numbers say what became of it."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta

from hub.newsletter import claiming, deliveries, editions, history, ledger, planning, steering
from hub.newsletter.deliveries import Result
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import (
    all_editions,
    counts,
    newest,
    press,
    publish,
    send_to,
    sending_edition,
    states,
    subscribe,
    tick,
)


def test_what_was_never_tried_is_gone_and_the_rest_has_failed(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "451-rcpt", "550-rcpt")
    send_to(hub, FaultServer())
    with hub.db.write() as tx:
        tx.execute(
            "INSERT INTO deliveries (edition_id, subscriber_id, state, due_at, attempts, reply)"
            " VALUES (:id, 77, 'queued', :now, 0, '')",
            id=edition_id,
            now=NOW,
        )
        deliveries.move_counts(tx, edition_id, Counter(queued=1))
        steering.cancel(tx, edition_id, now=NOW)
    while tick(hub):
        pass
    assert states(hub, edition_id) == {"accepted": 1, "failed": 2}
    assert newest(hub).reason == "cancelled by the owner while 2 were waiting"
    with hub.db.read() as tx:
        (one,) = history.of_subscriber(tx, 2, limit=5)
    assert (one.state, one.reply) == ("failed", "cancelled by the owner: 4.3.0 try again")
    assert one.code == 451


def test_an_untouched_edition_leaves_no_trace_and_gives_its_posts_back(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "b")
    with hub.db.write() as tx:
        steering.cancel(tx, edition_id, now=NOW)
        assert len(ledger.waiting_posts(tx, "weekly", ("digest",), NOW)) == 1
    assert states(hub, edition_id) == {}


def test_an_article_of_its_own_stays_called_off_and_holds_up_no_other(hub: Hub) -> None:
    subscribe(hub, "a@mail.test", cadence="each")
    publish(hub, "Ropes", newsletter="digest+each")
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press(hub), "each", NOW)
        steering.cancel(tx, edition.id, now=NOW)
    assert newest(hub).reason == "cancelled by the owner"
    tick(hub)
    assert len(all_editions(hub)) == 1
    with hub.db.write() as tx:
        # As an older version of the hub left it.
        ledger.release(tx, edition.id)
    publish(hub, "Knots", newsletter="digest+each")
    tick(hub)
    assert [e.subject for e in all_editions(hub)] == ["Knots", "Ropes"]


def test_a_large_one_is_cleared_by_the_worker_in_batches(hub: Hub) -> None:
    edition_id = sending_edition(hub, *[f"r{n}" for n in range(9)])
    with hub.db.write() as tx:
        assert deliveries.drop_queued(tx, edition_id, limit=4) == 4
        editions.set_status(tx, edition_id, "cancelled", reason="", finished_at=NOW)
    assert states(hub, edition_id) == {"queued": 5}
    assert tick(hub)
    assert states(hub, edition_id) == {}
    assert not tick(hub)


def test_what_was_in_flight_when_it_was_cancelled_is_cleared_when_it_lands(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "b", "c")
    with hub.db.write() as tx:
        claiming.claim(tx, 1, now=NOW, limit=9)
        steering.cancel(tx, edition_id, now=NOW)
        later = NOW + timedelta(minutes=5)
        deliveries.record(
            tx,
            1,
            [
                Result(edition_id, 1, "accepted", 250, "", NOW),
                Result(edition_id, 2, "deferred", 451, "later", later),
                Result(edition_id, 3, "queued", None, "", NOW),
            ],
        )
    assert asdict(counts(hub, edition_id))["queued"] == 1
    while tick(hub):
        pass
    assert states(hub, edition_id) == {"accepted": 1, "failed": 1}
