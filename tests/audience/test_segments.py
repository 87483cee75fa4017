"""Segments: what their SQL finds is what their rule says, and their names are their owner's."""

from datetime import timedelta
from itertools import product

import pytest

from hub.audience import counts_store, segment_counts, segments, store, tagging
from hub.audience.segments import EVERYBODY, Segment, Typed
from hub.db import Database, Transaction
from hub.errors import Conflict, NotFound, Refused
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import keep_letter, subscribe

DAY = timedelta(days=1)
SEGMENTS = [
    EVERYBODY,
    Segment(cadence="weekly"),
    Segment(topics=("sea",)),
    Segment(topics=("sea", "rope")),
    Segment(joined_since=NOW),
    Segment(language="fr"),
    Segment(source="test"),
    Segment(source="elsewhere"),
    Segment(tags=("crew", "old hand")),
    Segment(tags=("nobody",)),
    Segment("monthly", ("sea",), NOW, "fr", "test", ("crew",)),
]


@pytest.fixture
def crowd(hub: Hub) -> Hub:
    """Readers of every kind."""
    statuses = ("active", "unsubscribed")
    kinds = product(("weekly", "monthly"), ("en", "fr"), statuses, (NOW, NOW - DAY))
    for number, (cadence, language, status, at) in enumerate(kinds):
        reader = subscribe(
            hub, f"r{number}@mail.test", cadence=cadence, language=language, status=status, at=at
        )
        with hub.db.write() as tx:
            store.set_topics(tx, reader, (("sea",), ("rope", "sea"), (), ("rope",))[number % 4])
            tagging.add(tx, [reader], ((), ("crew",), ("crew", "old hand"))[number % 3])
    return hub


def by_rule(tx: Transaction, segment: Segment) -> set[int]:
    everybody = store.page(tx, limit=1000)
    return {
        reader.id
        for reader in everybody
        if segments.holds(
            segment,
            reader,
            store.topics_of(tx, reader.id),
            tagging.of_subscriber(tx, reader.id),
        )
    }


@pytest.mark.parametrize("segment", SEGMENTS, ids=str)
def test_what_is_found_is_what_the_rule_says(crowd: Hub, segment: Segment) -> None:
    where, values = segments.condition(segment)
    pieces, bounded = segments.condition(segment, between=True)
    with crowd.db.read() as tx:
        expected = by_rule(tx, segment)
        assert set(tx.all(int, f"SELECT id FROM subscribers WHERE {where}", **values)) == expected
        found: set[int] = set()
        for after in range(0, 20, 3):
            found |= set(
                tx.all(
                    int,
                    f"SELECT id FROM subscribers WHERE {pieces}",
                    after=after,
                    last=after + 3,
                    **bounded,
                )
            )
        assert found == expected
        assert segment_counts.count(tx, segment, NOW) == len(expected)


def test_who_pauses_is_not_counted(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    subscribe(hub, "b@mail.test", paused_until=NOW + DAY)
    with hub.db.read() as tx:
        assert segment_counts.count(tx, EVERYBODY, NOW) == 1
        assert segment_counts.count(tx, EVERYBODY, NOW + DAY) == 2


def test_the_sources_of_readers_are_listed_once(hub: Hub) -> None:
    with hub.db.read() as tx:
        assert counts_store.sources(tx) == []
    for number in range(3):
        subscribe(hub, f"r{number}@mail.test")
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET source = 'import b.csv' WHERE id = 1")
    with hub.db.read() as tx:
        assert counts_store.sources(tx) == ["import b.csv", "test"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Typed(name=" ", cadence="weekly"), "name"),
        (Typed(name="All"), "cadence"),
        (Typed(name="A", cadence="hourly"), "cadence"),
        (Typed(name="A", language="de"), "language"),
        (Typed(name="A", topics="sea, <b>"), "topics"),
        (Typed(name="A", tags="x" * 61), "tags"),
        (Typed(name="A", joined_since="yesterday"), "joined_since"),
        (Typed(name="A", joined_since="0001-01-01T99"), "joined_since"),
    ],
)
def test_what_cannot_be_a_segment_is_refused_beside_its_field(typed: Typed, field: str) -> None:
    with pytest.raises(Refused) as refused:
        segments.checked(typed, timezone="Europe/Paris")
    assert refused.value.field == field


def test_a_segment_comes_back_as_it_was_typed(db: Database) -> None:
    typed = Typed("New ones", "weekly", "rope, sea", "2026-11-01", "fr", "form", "crew, vip")
    name, segment = segments.checked(typed, timezone="America/New_York")
    with db.write() as tx:
        segment_id = segments.add(tx, name, segment, now=NOW)
        kept = segments.get(tx, segment_id)
        assert segments.by_name(tx, "New ones") == kept
    assert segments.typed(kept, timezone="America/New_York") == typed


def test_two_segments_cannot_have_one_name(db: Database) -> None:
    with db.write() as tx:
        segments.add(tx, "A", Segment(language="fr"), now=NOW)
        other = segments.add(tx, "B", Segment(language="en"), now=NOW)
        for again in (
            lambda: segments.add(tx, "A", Segment(language="en"), now=NOW),
            lambda: segments.change(tx, other, "A", Segment(language="en")),
            # Nor names that only capitals tell apart, nor the same readers under two.
            lambda: segments.add(tx, "a", Segment(cadence="weekly"), now=NOW),
            lambda: segments.add(tx, "C", Segment(language="fr"), now=NOW),
            lambda: segments.change(tx, other, "B", Segment(language="fr")),
        ):
            with pytest.raises(Conflict) as refused:
                again()
            assert refused.value.field == "name"
        segments.change(tx, other, "b", Segment(language="en"))
        assert [kept.name for kept in segments.kept(tx)] == ["A", "b"]


def test_a_segment_that_a_letter_goes_to_stays(hub: Hub) -> None:
    with hub.db.write() as tx:
        segment_id = segments.add(tx, "A", Segment(language="fr"), now=NOW)
    keep_letter(hub, audience="segment", segment_id=segment_id)
    with hub.db.write() as tx:
        with pytest.raises(Refused, match="A letter goes to"):
            segments.delete(tx, segment_id)
        tx.execute("DELETE FROM letters")
        segments.delete(tx, segment_id)
        with pytest.raises(NotFound, match="no segment called A"):
            segments.by_name(tx, "A")
