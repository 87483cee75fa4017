"""The editions of the past: their figures, a page at a time."""

from datetime import timedelta

from starlette.testclient import TestClient

from hub.admin import past
from hub.newsletter import editions
from hub.web.state import Hub
from tests.conftest import NOW

PATH = "/admin/newsletter/past"


def test_every_edition_is_on_one_of_the_pages(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        for number in range(past.PER_PAGE + 1):
            made = editions.insert(
                tx, stream="weekly", period=str(number), status="sent", reason="", now=NOW
            )
            assert made is not None
            editions.start_counts(tx, made)
            editions.set_subject(tx, made, f"Tide {number:03}")
            ended = NOW + timedelta(seconds=95)
            editions.set_status(tx, made, "sent", reason="", finished_at=ended)
    first = desk.get(PATH).text
    assert "Tide 050" in first
    assert "95 seconds" in first
    assert "Tide 000" not in first
    assert f"{PATH}?before=2" in first
    last = desk.get(f"{PATH}?before=2").text
    assert "Tide 000" in last
    assert "Older" not in last
    assert "All past editions" in desk.get("/admin/newsletter").text


def test_without_one_it_says_so(desk: TestClient) -> None:
    assert "None yet." in desk.get(f"{PATH}?before=x").text
