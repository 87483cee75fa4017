"""The report of new readers: who is counted, when it comes, and that none is lost or twice."""

from datetime import datetime, timedelta

import pytest

from hub.audience import membership, reporting, signup, store, suppression
from hub.audience.model import ConsentText, Wish
from hub.notices import store as notices
from hub.notices.model import Facts
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Midnight in Paris, before and after NOW.
MONDAY = datetime.fromisoformat("2026-11-22T23:00:00+00:00")
TUESDAY = MONDAY + DAY
CONSENT = ConsentText("Yes", "1", "en")


@pytest.fixture(autouse=True)
def daily(hub: Hub) -> None:
    """Asked for on Sunday, so that the first report is Sunday's."""
    with hub.db.write() as tx:
        sites.put(tx, "notice_readers", "daily")
    assert not report(hub, NOW)


def report(hub: Hub, at: datetime) -> bool:
    with hub.db.write() as tx:
        due = reporting.is_due(tx, hub.site(), at)
        told = reporting.report(tx, site=hub.site(), now=at)
        assert due or not told
        assert not reporting.is_due(tx, hub.site(), at)
    return told


def facts(hub: Hub) -> list[Facts]:
    """Newest first."""
    with hub.db.read() as tx:
        return [notice.facts for notice in notices.page(tx, after=None, limit=9)]


def join(hub: Hub, name: str, at: datetime) -> int:
    """A reader who confirmed; their id."""
    wish = Wish(f"{name}@reader.test", "", "weekly", (), "en")
    with hub.db.write() as tx:
        signup.sign_up(tx, wish, CONSENT, form_url="", network="", now=at)
        person = store.by_email_key(tx, wish.email)
        assert person is not None
        signup.confirm(tx, int(tx.scalar("SELECT max(id) FROM confirmations")), now=at)
    return person.id


def test_who_came_and_left_is_counted(hub: Hub) -> None:
    ada = join(hub, "ada", NOW)
    join(hub, "bea", NOW + HOUR)
    with hub.db.write() as tx:
        membership.unsubscribe(tx, ada, source="link", now=NOW + HOUR)
        suppression.suppress(tx, "cy@reader.test", "bounced", now=NOW)
        suppression.suppress(tx, "di@reader.test", "complained", now=NOW)
        suppression.suppress(tx, "ed@reader.test", "erased", now=NOW)
    assert report(hub, MONDAY)
    (found,) = facts(hub)
    assert (found.confirmed, found.left, found.bounced, found.complained) == (2, 1, 1, 1)
    assert (found.since, found.until) == (MONDAY - DAY, MONDAY)


def test_it_comes_when_the_day_is_over_and_once(hub: Hub) -> None:
    join(hub, "ada", NOW)
    assert not report(hub, MONDAY - timedelta(seconds=1))
    assert report(hub, MONDAY)
    assert not report(hub, MONDAY + HOUR)
    assert len(facts(hub)) == 1


def test_where_nothing_happened_nothing_is_told(hub: Hub) -> None:
    assert not report(hub, MONDAY)
    assert not report(hub, TUESDAY)
    assert facts(hub) == []


def test_days_that_were_missed_are_in_the_next(hub: Hub) -> None:
    join(hub, "ada", NOW)
    join(hub, "bea", NOW + DAY)
    assert report(hub, MONDAY + 4 * DAY)
    (found,) = facts(hub)
    assert (found.confirmed, found.since) == (2, MONDAY - DAY)


def test_a_week_after_days_counts_nobody_twice(hub: Hub) -> None:
    join(hub, "ada", NOW)
    assert report(hub, MONDAY)
    with hub.db.write() as tx:
        sites.put(tx, "notice_readers", "weekly")
    join(hub, "bea", NOW + 2 * DAY)
    assert not report(hub, MONDAY + 2 * DAY)
    assert report(hub, MONDAY + 7 * DAY)
    assert [found.confirmed for found in facts(hub)] == [1, 1]


def test_a_clock_that_was_ahead_begins_anew(hub: Hub) -> None:
    assert not report(hub, MONDAY + 300 * DAY)
    assert not report(hub, MONDAY + HOUR)
    join(hub, "ada", MONDAY + HOUR)
    assert report(hub, TUESDAY)


def test_who_turns_it_off_and_on_hears_nothing_of_the_time_between(hub: Hub) -> None:
    for choice, at in (("off", NOW), ("daily", MONDAY + DAY)):
        with hub.db.write() as tx:
            sites.put(tx, "notice_readers", choice)
        join(hub, choice, at - DAY)
        assert not report(hub, at)
    assert facts(hub) == []


def test_the_addresses_are_those_of_who_came(hub: Hub) -> None:
    ada = join(hub, "ada", NOW)
    join(hub, "bea", NOW + HOUR)
    join(hub, "cy", MONDAY)
    with hub.db.write() as tx:
        person = store.get(tx, ada)
        assert person is not None
        membership.erase(tx, person, now=NOW + HOUR)
        assert reporting.joined(tx, MONDAY - DAY, MONDAY, limit=9) == ["bea@reader.test"]


def test_a_day_of_twenty_five_hours_is_one_day(hub: Hub) -> None:
    before = datetime.fromisoformat("2026-10-24T22:00:00+00:00")
    with hub.db.write() as tx:
        tx.execute("UPDATE reader_reports SET until = :at", at=before)
    join(hub, "ada", before + 24 * HOUR + timedelta(minutes=30))
    assert not report(hub, before + 24 * HOUR)
    assert report(hub, before + 25 * HOUR)
