"""Permits and slots in the database: shared by workers, kept over a restart."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from hub.db import Database, Transaction
from hub.mail import sent
from hub.newsletter import claiming, deliveries, editions, pace_store, pacing, ramping
from hub.newsletter.model import ClaimedDelivery
from hub.newsletter.pace_rules import Limits
from hub.site import store as sites
from tests.conftest import NOW

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
GMAIL = Limits(domains={"gmail.test": 5.0})


def reserve(db: Database, limits: Limits, now: datetime, wanted: int = 1_000) -> int:
    with db.write(concurrent=True) as tx:
        return len(pacing.reserve(tx, limits, wanted=wanted, ahead=0.0, now=now).slots)


def shut_until(db: Database, limits: Limits, now: datetime) -> datetime | None:
    with db.read() as tx:
        shut = pacing.shut_window(tx, limits, now)
    return datetime.fromtimestamp(shut.until, NOW.tzinfo) if shut else None


def test_an_hour_gives_what_it_holds_and_no_more(db: Database) -> None:
    limits = Limits(per_hour=50)
    assert [reserve(db, limits, NOW, 30), reserve(db, limits, NOW, 30)] == [30, 20]
    assert reserve(db, limits, NOW + 59 * MINUTE) == 0
    assert shut_until(db, limits, NOW) == NOW + 61 * MINUTE
    assert reserve(db, limits, NOW + 61 * MINUTE, 30) == 30


def test_the_narrower_of_hour_and_day_decides(db: Database) -> None:
    limits = Limits(per_hour=50, per_day=80)
    assert reserve(db, limits, NOW) == 50
    assert reserve(db, limits, NOW + 2 * HOUR) == 30
    assert shut_until(db, limits, NOW + 4 * HOUR) == NOW + timedelta(days=1, minutes=1)


def test_what_is_given_back_is_free_again(db: Database) -> None:
    limits = Limits(per_hour=50)
    reserve(db, limits, NOW)
    with db.write(concurrent=True) as tx:
        sent.count(tx, -20, NOW + MINUTE)
    assert reserve(db, limits, NOW + 2 * MINUTE) == 20


def test_letters_count_and_are_not_held_back(db: Database) -> None:
    with db.write() as tx:
        sent.count(tx, 70, NOW)
    assert reserve(db, Limits(per_hour=50), NOW) == 0
    assert reserve(db, Limits(per_hour=100), NOW) == 30


def test_a_clock_set_back_by_hours_shuts_an_hour_for_no_longer_than_an_hour(db: Database) -> None:
    limits = Limits(per_hour=50)
    reserve(db, limits, NOW)
    earlier = NOW - timedelta(days=40)
    with db.write() as tx:
        assert sent.has_future(tx, earlier)
        sent.mend_future(tx, earlier)
        assert not sent.has_future(tx, earlier)
    assert reserve(db, limits, earlier) == 0
    assert reserve(db, limits, earlier + 61 * MINUTE) == 50


def test_a_rate_goes_on_where_the_last_process_stopped(
    db: Database, open_again: Callable[[], Database]
) -> None:
    limits = Limits(per_second=10)
    first = reserve(db, limits, NOW)
    assert reserve(open_again(), limits, NOW) == 0
    assert first + reserve(open_again(), limits, NOW + SECOND / 5) <= 5


@pytest.mark.parametrize("limits", [Limits(per_hour=400), Limits(per_second=2_000)])
def test_four_workers_side_by_side_share_what_there_is(
    db: Database, open_again: Callable[[], Database], limits: Limits
) -> None:
    """All at the same instant: together they get what one alone would."""
    granted: list[int] = []
    together = threading.Barrier(4, timeout=20)

    def work(mine: Database) -> None:
        together.wait()
        for _ in range(40):
            granted.append(reserve(mine, limits, NOW, 7))

    threads = [threading.Thread(target=work, args=(open_again(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The burst of a fifth of a second, and the one that is always there.
    assert sum(granted) == (limits.per_hour or 401)


# Domains.


@pytest.fixture
def edition_id(db: Database) -> int:
    """An edition to 40 readers at gmail.test and 10 elsewhere, queued."""
    with db.write() as tx:
        tx.executemany(
            "INSERT INTO subscribers (email, email_key, name, status, cadence, language, source,"
            " created_at) VALUES (:email, :email, '', 'active', 'weekly', 'en', 'form', :at)",
            (
                {"email": f"{n}@{'gmail.test' if n <= 40 else 'else.test'}", "at": NOW}
                for n in range(1, 51)
            ),
        )
        edition_id = editions.insert(
            tx, stream="weekly", period="p", status="sending", reason="", now=NOW
        )
        assert edition_id is not None
        editions.start_counts(tx, edition_id)
        edition = editions.get(tx, edition_id)
        assert edition is not None
        deliveries.queue_batch(tx, edition, "weekly", now=NOW)
    return edition_id


def claim(tx: Transaction, now: datetime, *, turns: bool = False) -> list[ClaimedDelivery]:
    return claiming.claim(tx, 1, now=now, limit=100, turns=turns)


def admit(db: Database, limits: Limits, now: datetime) -> list[str]:
    """The addresses of those who may go at `now`, of all that are due; the others are queued."""
    with db.write(concurrent=True) as tx:
        claimed = claim(tx, now)
    with db.write(concurrent=True) as tx:
        kept, _ = pacing.admit(tx, limits, 1, claimed, patient=False, now=now)
    return [delivery.email or "" for delivery in kept]


def test_a_domain_with_a_limit_holds_up_nobody_else(db: Database, edition_id: int) -> None:
    kept = admit(db, GMAIL, NOW)
    assert sum(email.endswith("@else.test") for email in kept) == 10
    assert sum(email.endswith("@gmail.test") for email in kept) == 2


def test_the_others_come_one_after_another_and_it_was_no_attempt(
    db: Database, edition_id: int
) -> None:
    admit(db, GMAIL, NOW)
    with db.read() as tx:
        due = tx.all(str, "SELECT due_at FROM deliveries WHERE state = 'queued' ORDER BY due_at")
        assert tx.scalar("SELECT sum(attempts) FROM deliveries") == 12
        counts = deliveries.count_states(tx, edition_id)
        assert (editions.counts(tx, edition_id).queued, counts["queued"]) == (38, 38)
    assert due[:3] == [f"2026-11-22T12:00:00.{ms}Z" for ms in (200, 400, 600)]
    assert due[-1] == "2026-11-22T12:00:07.600Z"


def test_whoever_comes_in_turn_goes(db: Database, edition_id: int) -> None:
    admit(db, GMAIL, NOW)
    went = sum(len(admit(db, GMAIL, NOW + n * SECOND / 5)) for n in range(1, 40))
    assert went == 38


def test_after_a_pause_the_overdue_do_not_come_in_a_burst(db: Database, edition_id: int) -> None:
    admit(db, GMAIL, NOW)
    assert len(admit(db, GMAIL, NOW + HOUR)) == 2


def test_each_other_domain_has_a_bucket_of_its_own(db: Database, edition_id: int) -> None:
    kept = admit(db, Limits(domains={"*": 5.0}), NOW)
    assert sorted(email.partition("@")[2] for email in kept) == 2 * ["else.test"] + 2 * [
        "gmail.test"
    ]


def test_turns_are_looked_for_apart(db: Database, edition_id: int) -> None:
    """They must not pass behind a long queue of readers whose domain has no limit."""
    with db.write() as tx:
        assert claim(tx, NOW, turns=True) == []
    admit(db, GMAIL, NOW)
    with db.write() as tx:
        tx.execute(
            "UPDATE deliveries SET due_at = :now, state = 'queued' WHERE parked = 0", now=NOW
        )
        in_turn = claim(tx, NOW + SECOND, turns=True)
        assert {delivery.email for delivery in in_turn} == {f"{n}@gmail.test" for n in range(3, 8)}
        assert tx.scalar("SELECT count(*) FROM deliveries WHERE parked = 1") == 33


@pytest.mark.parametrize(
    ("limits", "at"),
    [
        (Limits(), NOW + SECOND),
        (Limits(domains={"gmail.test": 50.0}), NOW + SECOND),
        # The clock was set back; nobody may wait an hour for that.
        (GMAIL, NOW - HOUR),
    ],
)
def test_a_plan_that_holds_readers_back_too_long_is_dropped(
    db: Database, edition_id: int, limits: Limits, at: datetime
) -> None:
    admit(db, GMAIL, NOW)
    with db.write() as tx:
        assert not pacing.plans_are_stale(tx, GMAIL, NOW + SECOND)
        assert pacing.plans_are_stale(tx, limits, at)
        pace_store.forget_plans(tx)
        assert pace_store.release(tx, edition_id, at) == 38
        assert pace_store.release(tx, edition_id, at) == 0
        assert not pacing.plans_are_stale(tx, limits, at)
    assert len(admit(db, Limits(), at)) == 38


def test_refusals_slow_down_that_domain_alone(db: Database, edition_id: int) -> None:
    with db.write(concurrent=True) as tx:
        rate = pacing.slow_down(tx, Limits(), "gmail.test", 10, observed=10.0, now=NOW)
        assert rate == 5.0
        assert pacing.slowed(tx, NOW) == [pacing.Slowed("gmail.test", 5.0)]
    kept = admit(db, Limits(), NOW)
    assert sum(email.endswith("@else.test") for email in kept) == 10
    assert len(kept) == 12


def test_slots_that_nobody_used_are_free_again(db: Database, edition_id: int) -> None:
    with db.write(concurrent=True) as tx:
        claimed = claim(tx, NOW)
    with db.write(concurrent=True) as tx:
        _, slots = pacing.admit(tx, GMAIL, 1, claimed, patient=True, now=NOW)
        before = pace_store.get(tx, "gmail.test").next_at
        pacing.return_slots(tx, GMAIL, {"gmail.test": len(slots)}, now=NOW)
        assert pace_store.get(tx, "gmail.test").next_at == pytest.approx(before - len(slots) / 5)


def test_idle_buckets_are_forgotten_and_slow_ones_kept(db: Database) -> None:
    reserve(db, Limits(per_second=1), NOW)
    with db.write() as tx:
        pacing.slow_down(tx, Limits(), "gmail.test", 10, observed=10.0, now=NOW + 20 * HOUR)
        assert pace_store.forget_idle(tx, NOW + 25 * HOUR) == 1
        sent.count(tx, 1, NOW + 50 * HOUR)
        assert sent.forget_old(tx, NOW + 49 * HOUR) == 1


# What the owner reads.


def test_the_owner_is_told_why_it_waits_and_until_when(db: Database) -> None:
    with db.write() as tx:
        sites.put(tx, "send_per_hour", "2000")
        sent.count(tx, 2_000, NOW)
        site = sites.load(tx)
        found = pacing.waiting(tx, site, NOW)
    assert found is not None
    assert found.said("en", "Europe/Paris", NOW) == "waits until 14:01: 2,000 an hour"
    assert found.said("fr", "Europe/Paris", NOW).startswith("attend jusqu’à 14:01")
    assert "Sunday 22 November" in found.said("en", "Europe/Paris", NOW - timedelta(days=1))


def test_without_limits_nobody_waits(db: Database) -> None:
    with db.write() as tx:
        sent.count(tx, 2_000, NOW)
        assert pacing.waiting(tx, sites.load(tx), NOW) is None


# Ramp-up.

RAMP = Limits(ramp_up=300)


def test_the_ceiling_grows_by_half_each_day_until_the_month_is_over() -> None:
    day = timedelta(days=1)
    table = [ramping.ceiling(300, NOW, NOW + n * day) for n in range(31)]
    assert table[:6] == [300, 450, 675, 1_012, 1_518, 2_278]
    assert (table[9], table[30]) == (11_533, None)
    assert ramping.ceiling(300, None, NOW) == 300


def test_whoever_is_beyond_the_ceiling_goes_the_next_day(db: Database) -> None:
    assert reserve(db, RAMP, NOW) == 300
    assert reserve(db, RAMP, NOW + 23 * HOUR) == 0
    assert shut_until(db, RAMP, NOW + HOUR) == NOW + timedelta(days=1)
    # Counted over 24 hours: half as many more at once, the rest when the first are a day old.
    assert reserve(db, RAMP, NOW + 24 * HOUR) == 150
    assert reserve(db, RAMP, NOW + 24 * HOUR + 2 * MINUTE) == 300


def test_a_ramp_begins_with_its_first_message(db: Database) -> None:
    with db.write() as tx:
        sent.count(tx, 5, NOW - timedelta(days=9))
    reserve(db, RAMP, NOW)
    with db.read() as tx:
        ramp = ramping.get(tx)
    assert ramp is not None
    assert ramp.began_at == NOW


@pytest.mark.parametrize(
    ("sent", "failed", "complained", "stops"),
    [
        (1_000, 10, 0, False),
        (1_000, 11, 0, True),
        (99, 50, 0, False),
        (100, 2, 0, False),
        (100, 3, 0, True),
        (2_000, 0, 2, False),
        (1_999, 0, 2, True),
        (499, 0, 9, False),
        (600, 0, 1, False),
    ],
)
def test_a_ramp_stops_above_one_percent_or_one_in_a_thousand(
    sent: int, failed: int, complained: int, stops: bool
) -> None:
    assert bool(ramping.verdict(sent, failed, complained)) == stops


def test_bounces_and_complaints_that_come_later_count_too(db: Database, edition_id: int) -> None:
    with db.write() as tx:
        ramping.begin(tx, NOW)
        ramping.tally(tx, sent=250, failed=0)
        tx.execute("UPDATE deliveries SET state = 'accepted', finished_at = :at", at=NOW + HOUR)
        tx.execute("UPDATE subscribers SET status = 'bounced' WHERE id <= 3")
        assert ramping.judge(tx, NOW + 2 * HOUR) == (
            "the ramp-up stopped: 3 of 250 mails failed for good"
        )
        tx.execute("UPDATE subscribers SET status = 'active' WHERE id = 3")
        assert ramping.judge(tx, NOW + 2 * HOUR) == ""
        ramping.tally(tx, sent=250, failed=0)
        tx.execute("UPDATE subscribers SET status = 'complained' WHERE id <= 2")
        assert "2 of 500 readers complained" in ramping.judge(tx, NOW + 2 * HOUR)


def test_a_stop_pauses_and_what_is_resumed_is_judged_anew(db: Database, edition_id: int) -> None:
    with db.write() as tx:
        ramping.begin(tx, NOW)
        ramping.tally(tx, sent=200, failed=9)
        ramping.stop(tx, ramping.judge(tx, NOW), sites.load(tx), NOW)
        edition = editions.get(tx, edition_id)
        assert edition is not None
        assert edition.status == "paused"
        assert edition.reason == "the ramp-up stopped: 9 of 200 mails failed for good"
        assert ramping.judge(tx, NOW) == ""
