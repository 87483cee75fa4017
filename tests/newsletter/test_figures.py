"""Who left after an edition, and how long it took: plain numbers."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.audience import membership
from hub.newsletter import editions, figures
from hub.newsletter.model import Edition
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import newest, publish, send_out, subscribe, tick

DAY = timedelta(days=1)


def leave(hub: Hub, person: int, at: datetime, source: str = "link") -> None:
    with hub.db.write() as tx:
        membership.unsubscribe(tx, person, source=source, now=at)


def left(hub: Hub, edition_id: int) -> int:
    with hub.db.read() as tx:
        edition = editions.get(tx, edition_id)
        assert edition is not None
        return figures.left_after(tx, edition)


@pytest.mark.parametrize(
    ("after", "source", "counted"),
    [(1, "link", 1), (6, "link", 1), (8, "link", 0), (1, "owner", 0)],
)
def test_who_leaves_by_its_link_within_a_week_is_counted(
    hub: Hub, after: int, source: str, counted: int
) -> None:
    person = subscribe(hub, "a@mail.test")
    subscribe(hub, "b@mail.test")
    edition_id = send_out(hub)
    tick(hub, NOW)
    leave(hub, person, NOW + after * DAY, source)
    assert left(hub, edition_id) == counted


def test_each_who_leaves_is_counted_with_the_edition_they_got_last(hub: Hub) -> None:
    person = subscribe(hub, "a@mail.test")
    first = send_out(hub)
    tick(hub, NOW)
    second = send_out(hub, NOW + DAY)
    tick(hub, NOW + DAY)
    leave(hub, person, NOW + 2 * DAY)
    assert (left(hub, first), left(hub, second)) == (0, 1)


def test_who_never_got_it_is_not_counted(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    edition_id = send_out(hub)
    tick(hub, NOW)
    leave(hub, subscribe(hub, "late@mail.test", at=NOW + DAY), NOW + DAY)
    assert left(hub, edition_id) == 0


def test_how_long_it_took_is_known_when_it_is_over(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    edition: Edition = replace(newest_sent(hub), finished_at=NOW + timedelta(seconds=90))
    assert figures.seconds_taken(replace(edition, status="sent", starts_at=NOW)) == 90
    assert figures.seconds_taken(replace(edition, status="sending")) is None
    assert figures.seconds_taken(replace(edition, starts_at=NOW + DAY)) is None


def newest_sent(hub: Hub) -> Edition:
    send_out(hub)
    tick(hub, NOW)
    return newest(hub)
