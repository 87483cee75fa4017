"""How the list grows: what is counted when, by day and source, and that it stays counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience import approval, growth, growth_store, invitations, membership, store, transfer
from hub.audience.growth import MEASURES, Span
from hub.audience.growth_store import Move
from hub.audience.invitations import Typed
from hub.audience.record import Event, Record
from hub.db import Database
from hub.times import to_text
from hub.web.state import Hub
from tests.audience.signing_up import decide, link, person
from tests.conftest import NOW
from tests.newsletter.cast import subscribe, tick


@pytest.fixture
def client(hub: Hub) -> TestClient:
    app = create_app(replace(hub, now=lambda: NOW))
    return TestClient(app, base_url="https://hub.test")


def totals(hub: Hub, source: str = "") -> dict[str, int]:
    """What is counted of the last 30 days, without what is nothing."""
    with hub.db.read() as tx:
        found = growth.read(tx, "month", now=NOW, source=source)
    return {measure: n for measure in MEASURES if (n := found.total(measure))}


@pytest.mark.parametrize(
    ("span", "number", "first", "last"),
    [
        ("month", 30, (date(2026, 10, 24), date(2026, 10, 24)), date(2026, 11, 22)),
        ("quarter", 13, (date(2026, 8, 24), date(2026, 8, 30)), date(2026, 11, 22)),
        ("year", 12, (date(2025, 12, 1), date(2025, 12, 31)), date(2026, 11, 30)),
    ],
)
def test_pieces_of_time_follow_each_other_up_to_today(
    span: Span, number: int, first: tuple[date, date], last: date
) -> None:
    found = growth.pieces(span, NOW.date())
    assert (len(found), (found[0].first, found[0].last), found[-1].last) == (number, first, last)
    day = timedelta(days=1)
    assert all(a.last + day == b.first for a, b in pairwise(found))


def test_a_day_counts_in_its_piece(db: Database) -> None:
    moves = [Move("2026-11-16", "requested", "form", 2), Move("2026-11-15", "requested", "x", 3)]
    with db.write() as tx:
        growth_store.count_many(tx, [*moves, Move("2025-01-01", "requested", "form", 9)])
        found = growth.read(tx, "quarter", now=NOW)
        assert found.people["asked"][-3:] == (0, 3, 2)
        assert growth.read(tx, "quarter", now=NOW, source="x").people["asked"][-3:] == (0, 3, 0)
        assert [(one.source, one.people["asked"]) for one in found.sources] == [
            ("x", 3),
            ("form", 2),
        ]


def test_the_way_of_a_reader_is_counted(hub: Hub, client: TestClient) -> None:
    path = link(client, hub, NOW)
    assert totals(hub) == {"asked": 1}
    client.post(path)
    assert totals(hub) == {"asked": 1, "confirmed": 1}
    with hub.db.write() as tx:
        membership.unsubscribe(tx, person(hub).id, source="link", now=NOW)
    expected = {"asked": 1, "confirmed": 1, "left": 1}
    assert totals(hub) == expected
    # Nobody leaves twice.
    with hub.db.write() as tx:
        membership.unsubscribe(tx, person(hub).id, source="link", now=NOW)
        membership.erase(tx, person(hub), now=NOW)
    assert totals(hub) == expected


@pytest.mark.parametrize("status", ["pending", "waiting"])
def test_who_never_was_a_reader_has_not_left(hub: Hub, status: str) -> None:
    reader = subscribe(hub, "a@mail.test", status=status)
    with hub.db.write() as tx:
        membership.unsubscribe(tx, reader, source="link", now=NOW)
    assert totals(hub) == {}


def test_who_is_declined_has_not_left(hub: Hub) -> None:
    reader = subscribe(hub, "a@mail.test", status="waiting")
    with hub.db.write() as tx:
        approval.decide(tx, [reader], "declined", word="", by="", site=hub.site(), now=NOW)
    assert totals(hub) == {}


def test_who_is_erased_bounces_or_complains_is_lost(hub: Hub) -> None:
    ids = [subscribe(hub, f"{n}@mail.test") for n in range(3)]
    with hub.db.write() as tx:
        first = store.get(tx, ids[0])
        assert first is not None
        membership.erase(tx, first, now=NOW)
        membership.complain(tx, ids[1], now=NOW)
    with hub.db.write(concurrent=True) as tx:
        membership.bounce(tx, [ids[2], ids[0]], now=NOW)
    assert totals(hub, "test") == {"left": 2, "bounced": 1}


def test_folding_changes_no_number(hub: Hub) -> None:
    with hub.db.write() as tx:
        growth_store.count_many(tx, [Move("2026-11-20", "confirmed", "form", 2)] * 3)
    for _ in range(2):
        growth.keep(hub.db, NOW)
        assert totals(hub) == {"confirmed": 6}
        with hub.db.read() as tx:
            assert not growth_store.is_waiting(tx)
    with hub.db.write() as tx:
        growth_store.count_many(tx, [Move("2026-11-20", "confirmed", "form", 1)])
    assert totals(hub) == {"confirmed": 7}
    growth.keep(hub.db, NOW)
    assert totals(hub) == {"confirmed": 7}


def test_the_worker_folds(hub: Hub) -> None:
    with hub.db.write() as tx:
        growth_store.count_many(tx, [Move("2026-11-20", "confirmed", "form", 1)])
    tick(hub, NOW)
    with hub.db.read() as tx:
        assert tx.scalar("SELECT people FROM growth_days") == 1


def test_the_size_of_the_list_is_written_down_for_its_day(hub: Hub) -> None:
    for day, people in ((20, 2), (22, 3), (22, 1)):
        for n in range(people):
            subscribe(hub, f"r{day}-{n}-{people}@mail.test")
        growth.keep(hub.db, NOW.replace(month=11, day=day))
    growth.keep(hub.db, NOW.replace(month=11, day=23))
    shown = growth.pieces("month", date(2026, 11, 24))
    with hub.db.read() as tx:
        sizes = growth.sizes(tx, shown, active=7)
        later = growth.sizes(tx, growth.pieces("year", date(2027, 11, 24)), active=7)
    # The 21st and the 23rd brought nothing new; before the 20th nobody counted.
    assert [(piece.last.day, active) for piece, active in sizes] == [
        *((20, 2), (21, 2), (22, 6), (23, 6), (24, 7)),
    ]
    assert [active for _, active in later] == [6] * 11 + [7]


def test_a_place_has_its_own_growth(hub: Hub, client: TestClient) -> None:
    decide(hub, signup_mode="closed")
    with hub.db.write() as tx:
        wanted = invitations.checked(Typed(code="q", name="Q"), timezone="UTC", now=NOW)
        invitations.make(tx, wanted, new_code=str, now=NOW)
    client.post(link(client, hub, NOW, path="/invite/q"))
    assert totals(hub, "invite q") == {"asked": 1, "confirmed": 1}
    assert totals(hub, "form") == {}


def test_days_are_those_of_utc(hub: Hub) -> None:
    reader = subscribe(hub, "a@mail.test")
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # the 22nd in Paris
    with hub.db.write() as tx:
        membership.unsubscribe(tx, reader, source="link", now=late)
        found = growth.read(tx, "month", now=NOW)
    assert found.people["left"][-2:] == (1, 0)


def test_the_days_of_many_years_are_few_rows(db: Database) -> None:
    people = {}
    for n in range(0, 800, 2):
        at = to_text(NOW - timedelta(days=n))
        asked = Event("confirmed", at, "", "", "en", "", "form")
        times = (None, (), "en", "form", at, at, None, (asked,))
        people[f"r{n}@mail.test"] = Record(f"r{n}@mail.test", "", "active", "weekly", *times)
    with db.write() as tx:
        transfer.insert(tx, people, now=NOW)
        assert int(tx.scalar("SELECT count(*) FROM growth_moves")) < 80
        # Every second one of 91 days by itself, and of 12 months up to today.
        assert growth.read(tx, "quarter", now=NOW).total("confirmed") == 46
        assert growth.read(tx, "year", now=NOW).total("confirmed") == 179
