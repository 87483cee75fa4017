"""Rate and time left: of the last minute of sending, and never a guess."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from hub.db import Database
from hub.newsletter import editions, samples, steering
from hub.newsletter.model import Counts
from hub.newsletter.progress import Progress, Sample, progress
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import sending_edition


def counts(
    *, queued: int = 0, claimed: int = 0, accepted: int = 0, deferred: int = 0, failed: int = 0
) -> Counts:
    return Counts(queued, claimed, accepted, deferred, failed, 0)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_the_rate_is_what_ended_a_second_and_tells_the_time_left() -> None:
    seen = [Sample(at(0), 0), Sample(at(5), 500)]
    found = progress(counts(queued=890, claimed=10, accepted=990, failed=10), seen, at(10))
    assert (found.rate, found.seconds_left) == (100, 9)
    assert (found.finished, found.total) == (1000, 1900)


def test_a_pause_is_not_part_of_the_rate() -> None:
    before = [Sample(at(-35), 0), Sample(at(-30), 5000)]
    after = [Sample(at(0), 5000), Sample(at(5), 5050)]
    found = progress(counts(queued=1000, accepted=5100), before + after, at(10))
    assert (found.rate, found.seconds_left) == (10, 100)


def test_only_the_last_minute_counts() -> None:
    seen = [Sample(at(5 * n), 1000 if n > 20 else 50 * n) for n in range(41)]
    found = progress(counts(queued=1, accepted=1000), seen, at(201))
    assert found.rate == 0
    assert found.seconds_left is None


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [Sample(at(0), 0)],
        [Sample(at(-60), 0)],  # nobody wrote a sample since: no worker sends
        [Sample(at(60), 0)],  # the clock was set back
        [Sample(at(-5), 800)],  # the owner sent the failed ones again
    ],
)
def test_nobody_can_tell(seen: list[Sample]) -> None:
    found = progress(counts(queued=100, accepted=500), seen, at(0.5))
    assert (found.rate, found.seconds_left) == (None, None)


def test_what_was_put_off_has_a_next_try_and_no_rate() -> None:
    seen = [Sample(at(0), 0), Sample(at(5), 500)]
    found = progress(counts(accepted=500, deferred=3), seen, at(8), next_try=at(300))
    assert (found.rate, found.seconds_left, found.next_try) == (None, None, at(300))
    moving = progress(counts(claimed=1, accepted=500, deferred=2), seen, at(10), next_try=at(300))
    assert (moving.rate, moving.next_try) == (50, None)


@pytest.fixture
def hub_edition(hub: Hub) -> int:
    return sending_edition(hub, "a", "b", "c")


def accept(db: Database, edition_id: int, number: int) -> None:
    with db.write() as tx:
        tx.execute(
            "UPDATE edition_counts SET accepted = accepted + :n, queued = queued - :n"
            " WHERE edition_id = :id",
            n=number,
            id=edition_id,
        )


def seen_at(hub: Hub, edition_id: int, now: datetime) -> Progress:
    with hub.db.read() as tx:
        edition = editions.get(tx, edition_id)
        assert edition is not None
        return samples.of_edition(tx, edition, editions.counts(tx, edition_id), now)


def number_of_samples(hub: Hub) -> int:
    with hub.db.read() as tx:
        return int(tx.scalar("SELECT count(*) FROM edition_samples"))


def test_a_sample_every_few_seconds_however_many_workers_ask(
    hub: Hub, open_again: Callable[[], Database], hub_edition: int
) -> None:
    other = open_again()
    for second in range(10):
        samples.take(hub.db, at(second))
        samples.take(other, at(second + 0.2))
    assert number_of_samples(hub) == 3
    accept(hub.db, hub_edition, 1)
    found = seen_at(hub, hub_edition, at(10))
    assert (found.rate, found.seconds_left) == (0.1, 20)


def test_old_samples_and_those_of_the_future_go(hub: Hub, hub_edition: int) -> None:
    for second in (500, 0, 60, 121):
        samples.take(hub.db, at(second))
    assert number_of_samples(hub) == 2


def test_what_is_not_being_sent_is_not_sampled(hub: Hub, hub_edition: int) -> None:
    with hub.db.write() as tx:
        steering.pause(tx, hub_edition)
    samples.take(hub.db, NOW)
    assert number_of_samples(hub) == 0
    assert seen_at(hub, hub_edition, NOW).rate is None


def test_when_the_put_off_ones_come_again(hub: Hub, hub_edition: int) -> None:
    with hub.db.write() as tx:
        tx.execute("UPDATE deliveries SET state = 'deferred', due_at = :at", at=at(300))
        tx.execute("UPDATE edition_counts SET queued = 0, deferred = 3")
    samples.take(hub.db, NOW)
    assert number_of_samples(hub) == 0
    assert seen_at(hub, hub_edition, NOW).next_try == at(300)
