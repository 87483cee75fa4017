"""The list by everything that can be asked of it at once, in pieces that end somewhere."""

from datetime import timedelta
from itertools import product

import pytest

from hub.audience import notes, people_store, segments, store, tagging, transfer
from hub.audience.model import Subscriber
from hub.audience.people_store import EVERYONE, Filter
from hub.audience.segments import Segment
from hub.db import Transaction
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import subscribe

DAY = timedelta(days=1)
FILTERS = [
    EVERYONE,
    Filter("bounced"),
    Filter("", Segment(cadence="monthly", language="fr")),
    Filter("", Segment(source="form")),
    Filter("", Segment(topics=("sea",))),
    Filter("active", Segment(topics=("sea", "rope"), tags=("crew",))),
    Filter("", Segment(tags=("crew", "old hand"))),
    Filter("", Segment(tags=("nobody",))),
    Filter("active", Segment(joined_since=NOW)),
    Filter("", EVERYONE.traits, "r1"),
    Filter("", EVERYONE.traits, "crew"),
    Filter("bounced", Segment(language="fr"), "knot"),
    Filter("active", Segment("weekly", ("sea",), NOW - DAY, "en", "form", ("crew",)), "mail"),
]


@pytest.fixture
def crowd(hub: Hub) -> Hub:
    """People of every kind."""
    kinds = product(("weekly", "monthly"), ("en", "fr"), ("active", "bounced"), (NOW, NOW - DAY))
    for number, (cadence, language, status, at) in enumerate(kinds):
        person = subscribe(
            hub, f"r{number}@mail.test", cadence=cadence, language=language, status=status, at=at
        )
        with hub.db.write() as tx:
            store.set_topics(tx, person, (("sea",), ("rope", "sea"), (), ("rope",))[number % 4])
            tagging.add(tx, [person], ((), ("crew",), ("crew", "old hand"))[number % 3])
            if number % 5 == 0:
                tx.execute("UPDATE subscribers SET source = 'form' WHERE id = :id", id=person)
                notes.add(tx, person, "note", "Knots", at=NOW)
    return hub


def fits(tx: Transaction, wanted: Filter, person: Subscriber) -> bool:
    """The same, said in Python."""
    tags = tagging.of_subscriber(tx, person.id)
    written = " ".join(event.text.casefold() for event in notes.of_subscriber(tx, person.id))
    text = wanted.search
    return (
        wanted.status in ("", person.status)
        and segments.fits(wanted.traits, person, store.topics_of(tx, person.id), tags)
        and (text in person.email or text in written or text in tags)
    )


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("dearer", [1, 5])
def test_those_are_found_who_fit(
    crowd: Hub, wanted: Filter, dearer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With small pieces and with each index as the driver.
    monkeypatch.setattr(people_store, "_FIRST_PIECE", 2)
    monkeypatch.setattr(people_store, "_DEARER", dearer)
    with crowd.db.read() as tx:
        everybody = people_store.page(tx, EVERYONE, limit=100).found
        expected = [one.id for one in everybody if fits(tx, wanted, one)]
        assert len(everybody) == 16
        found, after = [], None
        while True:
            page = people_store.page(tx, wanted, after=after, limit=3)
            found += [one.id for one in page.found]
            if page.behind is None:
                break
            after = page.behind
        assert found == expected
        assert people_store.count(tx, wanted) == len(expected)
        exported = [record.email for record in transfer.records(tx, wanted)]
        assert exported == [one.email for one in reversed(everybody) if one.id in expected]


def test_a_page_looks_at_so_many_and_says_so(crowd: Hub) -> None:
    wanted = Filter("", EVERYONE.traits, "r1@")
    with crowd.db.read() as tx:
        first = people_store.page(tx, wanted, most=5)
        # Whose address begins so is shown at once, the others in their turn.
        assert [one.email for one in first.found] == ["r1@mail.test"]
        assert (first.looked_at, first.behind) == (5, 12)
        assert people_store.page(tx, wanted, after=12, most=5).found == []
        last = people_store.page(tx, wanted, after=7, most=99)
        assert [one.email for one in last.found] == ["r1@mail.test"]
        assert (last.looked_at, last.behind) == (None, None)


def test_where_nobody_can_fit_nobody_is_looked_at(crowd: Hub) -> None:
    with crowd.db.read() as tx:
        page = people_store.page(tx, Filter("pending"), most=1)
    assert (page.found, page.behind) == ([], None)
