"""Drafts that are published by themselves."""

from datetime import timedelta

import pytest

from hub.content import publishing, writing
from hub.content.model import Draft
from hub.content.rendering import render
from hub.errors import Refused
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import newest, subscribe, tick

HOUR = timedelta(hours=1)


def draft(hub: Hub) -> int:
    with hub.db.write() as tx:
        rendered = render("High.", language="en")
        return writing.create(
            tx, Draft("Tides", "High."), rendered, site=hub.site(), now=NOW, publish=False
        ).id


def test_a_draft_appears_at_its_time_with_its_date(hub: Hub) -> None:
    post_id = draft(hub)
    with hub.db.write() as tx:
        publishing.schedule(tx, post_id, NOW + HOUR, NOW)
    tick(hub, NOW + HOUR - timedelta(seconds=1))
    with hub.db.read() as tx:
        assert publishing.find(tx, post_id).status == "draft"
    # The worker comes late: readers see the time that was meant.
    tick(hub, NOW + 3 * HOUR)
    with hub.db.read() as tx:
        post = publishing.find(tx, post_id)
    assert (post.status, post.published_at, post.publish_at) == ("published", NOW + HOUR, None)


def test_it_is_in_the_edition_of_its_minute(hub: Hub) -> None:
    subscribe(hub, "ada@reader.test")
    tick(hub, NOW)
    post_id = draft(hub)
    saturday = NOW.replace(hour=8, minute=0) + timedelta(days=(5 - NOW.weekday()) % 7 or 7)
    with hub.db.write() as tx:
        publishing.schedule(tx, post_id, saturday, NOW)
    tick(hub, saturday)
    edition = newest(hub)
    assert (edition.stream, edition.subject) == ("weekly", "Tides")


def test_it_can_be_taken_back(hub: Hub) -> None:
    post_id = draft(hub)
    with hub.db.write() as tx:
        publishing.schedule(tx, post_id, NOW + HOUR, NOW)
        publishing.schedule(tx, post_id, None, NOW)
        assert publishing.publish_due(tx, NOW + 2 * HOUR) == []


def test_what_cannot_be_scheduled(hub: Hub) -> None:
    post_id = draft(hub)
    with hub.db.write() as tx:
        with pytest.raises(Refused, match="past"):
            publishing.schedule(tx, post_id, NOW, NOW)
        publishing.publish(tx, post_id, NOW)
        with pytest.raises(Refused, match="published already"):
            publishing.schedule(tx, post_id, NOW + HOUR, NOW)
