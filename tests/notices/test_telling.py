"""Notices become mails: which, how many a day, and what comes of the rest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.notices import rules, store, telling
from hub.notices.model import Facts, Kind
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW

DAY = timedelta(days=1)


def tell(hub: Hub, kind: Kind, period: str, at: datetime = NOW, facts: Facts | None = None) -> None:
    with hub.db.write() as tx:
        telling.tell(tx, kind, period, facts or Facts(), site=hub.site(), now=at)


def post(hub: Hub, at: datetime = NOW) -> int:
    with hub.db.write() as tx:
        return telling.post(tx, site=hub.site(), now=at)


def option(hub: Hub, name: str, value: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, name, value)


def queued(hub: Hub) -> list[str]:
    """The kinds of the notices whose mails are queued, in their order."""
    with hub.db.read() as tx:
        return tx.all(
            str,
            "SELECT n.kind FROM mails AS m JOIN notices AS n ON n.id = m.subject_id"
            " WHERE m.kind = 'notice' ORDER BY m.id",
        )


def periods(hub: Hub, mail: str) -> list[str]:
    with hub.db.read() as tx:
        return tx.all(
            str, "SELECT period FROM notices WHERE mail = :mail ORDER BY at, id", mail=mail
        )


@pytest.mark.parametrize(
    ("chosen", "rows", "mails"), [("off", 0, 0), ("desk", 1, 0), ("mail", 1, 1)]
)
def test_the_owner_chooses_how_they_are_told(hub: Hub, chosen: str, rows: int, mails: int) -> None:
    option(hub, "notice_sent", chosen)
    tell(hub, "sent", "1")
    assert post(hub) == mails
    with hub.db.read() as tx:
        assert len(store.page(tx, after=None, limit=9)) == rows


def test_what_is_told_twice_is_mailed_once_and_says_the_newest(hub: Hub) -> None:
    tell(hub, "paused", "1", facts=Facts(reason="first"))
    assert post(hub) == 1
    with hub.db.write() as tx:
        store.mark_all_read(tx, up_to=NOW, now=NOW)
    tell(hub, "paused", "1", NOW + timedelta(hours=1), Facts(reason="second"))
    assert post(hub) == 0
    with hub.db.read() as tx:
        (notice,) = store.unread(tx, limit=9)
    assert notice.facts.reason == "second"


def test_a_quarter_of_the_day_is_kept_for_what_waits_for_the_owner(hub: Hub) -> None:
    option(hub, "notice_limit", "4")
    option(hub, "notice_sent", "mail")
    for n in range(6):
        tell(hub, "sent", str(n))
    assert post(hub) == 3
    tell(hub, "paused", "1")
    tell(hub, "paused", "2")
    assert post(hub) == 1
    assert queued(hub) == ["sent", "sent", "sent", "paused"]


def test_what_is_over_comes_in_one_mail_when_the_next_day_begins(hub: Hub) -> None:
    option(hub, "notice_limit", "1")
    for n in range(3):
        tell(hub, "paused", str(n))
    assert (post(hub), post(hub)) == (1, 0)
    # 23:00 in Paris, then midnight.
    assert post(hub, NOW + timedelta(hours=10)) == 0
    midnight = NOW + timedelta(hours=11)
    assert (post(hub, midnight), post(hub, midnight)) == (1, 0)
    assert queued(hub) == ["paused", "digest"]
    with hub.db.read() as tx:
        digest = tx.one(int, "SELECT id FROM notices WHERE kind = 'digest'")
        assert digest is not None
        assert len(store.in_digest(tx, digest, limit=9)) == 2
        # It says nothing that does not stand there already.
        assert "digest" not in {notice.kind for notice in store.page(tx, after=None, limit=9)}
        assert "digest" not in {notice.kind for notice in store.unread(tx, limit=9)}


def test_the_mail_of_the_rest_counts_in_the_new_day(hub: Hub) -> None:
    option(hub, "notice_limit", "1")
    for n, at in enumerate((NOW, NOW, NOW + DAY)):
        tell(hub, "paused", str(n), at)
        post(hub, at)
    assert queued(hub) == ["paused", "digest"]
    assert len(periods(hub, "folded")) == 1


def test_a_clock_that_was_ahead_uses_up_no_day(hub: Hub) -> None:
    option(hub, "notice_limit", "1")
    tell(hub, "paused", "1", NOW + DAY)
    assert post(hub, NOW + DAY) == 1
    tell(hub, "paused", "2")
    assert post(hub) == 1


def test_without_an_owner_nothing_is_mailed(hub: Hub) -> None:
    site = replace(hub.site(), owner_email="")
    with hub.db.write() as tx:
        telling.tell(tx, "paused", "1", Facts(), site=site, now=NOW)
    assert post(hub) == 0


def test_notices_go_where_the_owner_says(hub: Hub) -> None:
    option(hub, "notice_address", "team@hub.test")
    tell(hub, "paused", "1")
    post(hub)
    with hub.db.read() as tx:
        assert tx.scalar("SELECT recipient FROM mails") == "team@hub.test"


def test_notices_are_kept_for_ninety_days(hub: Hub) -> None:
    for n in (0, 89, 91):
        tell(hub, "cancelled", str(n), NOW - n * DAY)
    with hub.db.write() as tx:
        assert telling.purge(tx, NOW) == 1


def test_the_list_goes_on_where_a_page_ended(hub: Hub) -> None:
    for n in range(5):
        # Two at the same moment: the number decides.
        tell(hub, "cancelled", str(n), NOW + timedelta(hours=n // 2))
    with hub.db.read() as tx:
        seen: list[int] = []
        while some := store.page(tx, after=seen[-1] if seen else None, limit=2):
            seen += [notice.id for notice in some]
        assert seen == [5, 4, 3, 2, 1]


def test_facts_come_back_as_they_were_told(hub: Hub) -> None:
    facts = Facts("Tides “&” œ", reason="no", failed=3, since=NOW, until=NOW + DAY)
    tell(hub, "cancelled", "1", facts=facts)
    with hub.db.write() as tx:
        (notice,) = store.unread(tx, limit=1)
        assert notice.facts == facts
        # A newer hub knew more.
        tx.execute("""UPDATE notices SET facts = '{"subject": "A", "colour": "red"}'""")
        assert store.unread(tx, limit=1)[0].facts == Facts("A")


def spans(every: str, zone: str, days: Iterable[int]) -> list[tuple[str, float]]:
    """Name and hours of the last whole span, seen at noon of these days of a month's UTC."""
    found = []
    for day in days:
        span = rules.last_whole(every, NOW.replace(month=10, day=day), zone)
        found.append((span.name, (span.ends_at - span.begins_at) / timedelta(hours=1)))
    return found


def test_days_over_a_change_of_the_clocks_have_their_hours() -> None:
    assert spans("daily", "Europe/Paris", (25, 26, 27)) == [
        ("2026-10-24", 24.0),
        ("2026-10-25", 25.0),
        ("2026-10-26", 24.0),
    ]
    assert spans("weekly", "America/New_York", (26, 25)) == [
        ("2026-W43", 168.0),
        ("2026-W42", 168.0),
    ]
    # In Cairo the clocks skip midnight itself, on the last Friday of April.
    spring = rules.last_whole("daily", datetime.fromisoformat("2026-04-25T12:00Z"), "Africa/Cairo")
    assert (spring.name, spring.ends_at - spring.begins_at) == ("2026-04-24", timedelta(hours=23))


def test_few_failures_are_no_alarm(hub: Hub) -> None:
    site = hub.site()
    assert not rules.too_many_failed(site, 1, 4)
    assert rules.too_many_failed(site, 90, 10)
    assert not rules.too_many_failed(site, 95, 5)
