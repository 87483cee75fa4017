"""Editions: what is in them, for whom, once."""

from datetime import timedelta
from threading import Thread

import pytest

from hub.errors import Refused
from hub.newsletter import editions, ledger, planning, steering, troubles
from hub.newsletter.troubles import Trouble
from hub.site import store as sites
from hub.web import themes
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import (
    all_editions,
    counts,
    newest,
    press,
    publish,
    subscribe,
    tick,
)

SATURDAY = NOW.replace(day=28, hour=7)
WEEK = timedelta(days=7)


def send_now(hub: Hub, stream: str = "weekly") -> None:
    with hub.db.write() as tx:
        made = planning.send_now(tx, press(hub), stream, NOW)
    for edition in made:
        with hub.db.write() as tx:
            while planning.queue(tx, edition.id, NOW):
                pass


def titles(hub: Hub, edition_id: int) -> list[str]:
    with hub.db.read() as tx:
        return [post.title for post in ledger.posts(tx, edition_id)]


def weekly(hub: Hub) -> list[tuple[str, str]]:
    return [(e.period, e.status) for e in all_editions(hub) if e.stream == "weekly"]


def test_a_post_is_in_one_weekly_and_one_monthly_edition(hub: Hub) -> None:
    publish(hub, "Ropes")
    subscribe(hub, "a@mail.test")
    subscribe(hub, "b@mail.test", cadence="monthly")
    for day in range(20):
        tick(hub, NOW + timedelta(days=day))
    sent = [(e.stream, e.period) for e in all_editions(hub) if e.status == "sent"]
    assert sorted(sent) == [("monthly", "2026-12"), ("weekly", "2026-W48")]


def test_before_the_first_period_nothing_is_made(hub: Hub) -> None:
    publish(hub, "Ropes")
    subscribe(hub, "a@mail.test")
    tick(hub, SATURDAY - timedelta(minutes=1))
    assert all_editions(hub) == []


def test_a_hub_that_is_not_set_up_makes_nothing(hub: Hub) -> None:
    with hub.db.write() as tx:
        tx.execute("DELETE FROM settings WHERE name = 'ready_at'")
    tick(hub, SATURDAY)
    assert all_editions(hub) == []
    with pytest.raises(Refused, match="hub setup"):
        send_now(hub)


def test_a_period_without_posts_is_skipped_with_the_reason(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    tick(hub, SATURDAY)
    edition = newest(hub)
    assert (edition.period, edition.status, edition.reason) == (
        "2026-W48",
        "skipped",
        "no new articles",
    )


def test_a_period_without_readers_takes_its_posts(hub: Hub) -> None:
    publish(hub, "Ropes")
    tick(hub, SATURDAY)
    assert (newest(hub).status, newest(hub).reason) == ("skipped", "no readers")
    assert titles(hub, newest(hub).id) == ["Ropes"]
    subscribe(hub, "a@mail.test", at=SATURDAY)
    tick(hub, SATURDAY + WEEK)
    assert weekly(hub) == [("2026-W49", "skipped"), ("2026-W48", "skipped")]


def test_after_an_outage_one_edition_holds_everything(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "First")
    publish(hub, "Second", at=NOW + WEEK)
    tick(hub, SATURDAY + 3 * WEEK)
    assert weekly(hub) == [("2026-W51", "sent")]
    assert titles(hub, newest_weekly(hub)) == ["Second", "First"]


def newest_weekly(hub: Hub) -> int:
    return next(e.id for e in all_editions(hub) if e.stream == "weekly")


def test_what_is_not_meant_for_it_stays_out(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Imported", newsletter="none")
    publish(hub, "Tomorrow", at=NOW + timedelta(days=1))
    publish(hub, "Meant")
    send_now(hub)
    assert titles(hub, newest(hub).id) == ["Meant"]


def test_each_post_meant_for_it_is_an_edition(hub: Hub) -> None:
    subscribe(hub, "a@mail.test", cadence="each")
    first = publish(hub, "One", newsletter="digest+each")
    second = publish(hub, "Two", newsletter="digest+each")
    publish(hub, "Digest alone")
    tick(hub)
    tick(hub)
    assert [e.period for e in all_editions(hub)] == [f"post-{second}", f"post-{first}"]


def test_send_now_takes_a_period_of_its_own(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    send_now(hub)
    assert newest(hub).period == "now-2026-11-22T12:00:00.000Z"
    publish(hub, "Knots", at=NOW + timedelta(days=1))
    tick(hub, SATURDAY)
    assert newest(hub).period == "2026-W48"
    assert titles(hub, newest(hub).id) == ["Knots"]


def test_nothing_to_send_takes_nothing(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    with pytest.raises(Refused, match="nothing to send"):
        send_now(hub)
    assert all_editions(hub) == []


def test_nobody_to_send_to_takes_nothing(hub: Hub) -> None:
    publish(hub, "Ropes")
    with pytest.raises(Refused, match="nobody"):
        send_now(hub)
    assert all_editions(hub) == []
    subscribe(hub, "a@mail.test")
    send_now(hub)
    assert titles(hub, newest(hub).id) == ["Ropes"]


def test_send_without_a_due_period_says_when_the_next_comes(hub: Hub) -> None:
    with (
        pytest.raises(Refused, match="Saturday 28 November 2026, 08:00"),
        hub.db.write() as tx,
    ):
        planning.send_due(tx, press(hub), "weekly", NOW)


def test_those_active_when_it_is_made_get_it(hub: Hub) -> None:
    subscribe(hub, "active@mail.test")
    subscribe(hub, "pending@mail.test", status="pending")
    subscribe(hub, "gone@mail.test", status="unsubscribed")
    subscribe(hub, "monthly@mail.test", cadence="monthly")
    subscribe(hub, "paused@mail.test", paused_until=NOW + WEEK)
    subscribe(hub, "back@mail.test", paused_until=NOW)
    publish(hub, "Ropes")
    with hub.db.read() as tx:
        assert planning.next_edition(tx, hub.site(), "weekly", NOW).readers == 2
    subscribe(hub, "later@mail.test", at=NOW + timedelta(seconds=1))
    send_now(hub)
    assert counts(hub, newest(hub).id).queued == 2


def test_queueing_goes_on_where_it_stopped(hub: Hub) -> None:
    for number in range(7):
        subscribe(hub, f"r{number}@mail.test")
    publish(hub, "Ropes")
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press(hub), "weekly", NOW)
    queued = []
    while newest(hub).status == "planned":
        with hub.db.write() as tx:
            queued.append(planning.queue(tx, edition.id, NOW, limit=3))
    assert queued == [3, 3, 1, 0]
    assert counts(hub, edition.id).queued == 7


def test_two_schedulers_make_one_edition(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")

    def plan() -> None:
        with hub.db.write() as tx:
            planning.plan_due(tx, press(hub), SATURDAY)

    threads = [Thread(target=plan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert weekly(hub) == [("2026-W48", "planned")]


def test_a_clock_set_back_repeats_nothing(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    for now in (SATURDAY, SATURDAY + 52 * WEEK, SATURDAY, SATURDAY + WEEK, SATURDAY):
        tick(hub, now)
    assert [period for period, status in weekly(hub) if status == "sent"] == ["2026-W48"]
    publish(hub, "After the clock was mended", at=SATURDAY + WEEK)
    tick(hub, SATURDAY + 2 * WEEK)
    assert weekly(hub)[0] == ("2026-W50", "sent")


def test_where_a_template_of_the_theme_fails_the_defaults_makes_the_mail(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    broken = hub.settings.themes / "mine" / "mail"
    broken.mkdir(parents=True)
    (broken / "digest.html").write_text("{{ nothing.here }}")
    with hub.db.write() as tx:
        sites.put(tx, "theme", "mine")
    tick(hub, SATURDAY)
    assert newest(hub).status == "sent"
    faults = themes.load("mine", hub.settings.themes).faults
    assert [(fault.file, fault.line) for fault in faults] == [("mail/digest.html", 1)]


def test_a_mail_that_cannot_be_made_takes_nothing_and_is_tried_again(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    _put_unchecked(hub, "sender_email", "own\ner@hub.test")
    with pytest.raises(Refused, match="control character"):
        send_now(hub)
    tick(hub, SATURDAY)
    tick(hub, SATURDAY + timedelta(minutes=1))
    assert all_editions(hub) == []
    ((part, reason, since),) = [(t.part, t.reason, t.since) for t in _troubles(hub)]
    assert (part, since) == ("planning", SATURDAY)
    assert "control character" in reason
    _put_unchecked(hub, "sender_email", "")
    tick(hub, SATURDAY)
    assert newest(hub).status == "sent"
    assert _troubles(hub) == []


def _put_unchecked(hub: Hub, name: str, value: str) -> None:
    with hub.db.write() as tx:
        tx.execute(
            "INSERT INTO settings (name, value) VALUES (:name, :value)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name=name,
            value=value,
        )


def _troubles(hub: Hub) -> list[Trouble]:
    with hub.db.read() as tx:
        return troubles.current(tx)


def test_cancelled_before_anything_left_its_posts_come_next(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    send_now(hub)
    with hub.db.write() as tx:
        steering.cancel(tx, newest(hub).id, now=NOW)
    assert newest(hub).status == "cancelled"
    tick(hub)
    assert counts(hub, newest(hub).id).accepted == 0
    send_later = NOW + timedelta(seconds=1)
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press(hub), "weekly", send_later)
    assert titles(hub, edition.id) == ["Ropes"]


def test_a_paused_edition_waits(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    send_now(hub)
    edition_id = newest(hub).id
    with hub.db.write() as tx:
        steering.pause(tx, edition_id)
    tick(hub)
    assert counts(hub, edition_id).queued == 1
    with hub.db.write() as tx:
        steering.resume(tx, edition_id, now=NOW)
    tick(hub)
    assert (newest(hub).status, counts(hub, edition_id).accepted) == ("sent", 1)


def test_what_is_over_cannot_be_steered(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    send_now(hub)
    tick(hub)
    edition_id = newest(hub).id
    with pytest.raises(Refused), hub.db.write() as tx:
        steering.pause(tx, edition_id)
    for steer in (steering.resume, steering.cancel):
        with pytest.raises(Refused), hub.db.write() as tx:
            steer(tx, edition_id, now=NOW)
    with pytest.raises(Refused), hub.db.write() as tx:
        steering.retry(tx, edition_id, now=NOW)


def test_the_report_of_editions_counts_posts_and_deliveries(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    publish(hub, "Knots")
    send_now(hub)
    with hub.db.read() as tx:
        (report,) = editions.newest(tx)
    assert (report.posts, report.counts.queued) == (2, 1)
    assert report.edition.subject == "Knots, and one more article"
