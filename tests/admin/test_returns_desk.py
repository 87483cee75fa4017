"""What came back, at the desk: the evidence, the counts of an edition, letting in again."""

import json

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from hub.cli import cli
from hub.newsletter import troubles
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import status_of
from tests.newsletter.returns.cast import bounced, evidence, mailed, take


@pytest.fixture
def dead(hub: Hub) -> tuple[int, int]:
    """A reader whose mail came back: (edition, reader)."""
    edition, reader = mailed(hub)
    take(hub, bounced(hub, edition, reader))
    return edition, reader


def test_a_persons_page_shows_what_came_back(
    desk: TestClient, hub: Hub, dead: tuple[int, int]
) -> None:
    page = desk.get(f"/admin/subscribers/{dead[1]}").text
    assert "The address takes no mail" in page
    assert "550 5.1.1 told so" in page
    assert "the mailbox for undeliverable mail" in page
    assert f'href="/admin/newsletter/{dead[0]}"' in page
    assert f'href="/admin/subscribers/{dead[1]}/lift"' in page


def test_what_a_server_said_is_shown_as_text(desk: TestClient, hub: Hub) -> None:
    edition, reader = mailed(hub)
    report = bounced(hub, edition, reader, "5.1.1 <script>alert(1)</script>")
    take(hub, report)
    page = desk.get(f"/admin/subscribers/{reader}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_an_editions_page_counts_readers(desk: TestClient, hub: Hub, dead: tuple[int, int]) -> None:
    take(hub, bounced(hub, *dead, number=2))
    page = desk.get(f"/admin/newsletter/{dead[0]}").text
    assert "Refused or come back" in page
    assert '<span class="badge badge-error">1</span>' in page


def test_the_owner_lets_in_again_with_a_reason(
    desk: TestClient, hub: Hub, dead: tuple[int, int]
) -> None:
    path = f"/admin/subscribers/{dead[1]}/lift"
    assert "Let ada@mail.test in again?" in desk.get(path).text
    refused = desk.post(path, data={"reason": "x" * 501})
    assert refused.status_code == 400
    assert "At most 500 characters." in refused.text
    assert desk.post(path, data={"reason": " "}).status_code == 400
    assert status_of(hub, "ada") == "bounced"
    answer = desk.post(path, data={"reason": "They wrote to me"})
    assert answer.headers["location"] == f"/admin/subscribers/{dead[1]}?done=lifted"
    assert status_of(hub, "ada") == "active"
    page = desk.get(f"/admin/subscribers/{dead[1]}").text
    assert "Let in again by you" in page
    assert "They wrote to me" in page
    assert "/lift" not in page
    assert desk.post(path, data={"reason": "again"}).status_code == 400


def test_a_mailbox_that_cannot_be_read_is_told_on_the_first_page(
    desk: TestClient, hub: Hub
) -> None:
    with hub.db.write() as tx:
        troubles.note(tx, troubles.MAILBOX, "Authentication failed.", NOW)
    page = desk.get("/admin").text
    assert "The mailbox for undeliverable mail could not be read since" in page
    assert "Authentication failed." in page


def run(hub: Hub, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--data", str(hub.settings.data), "subscribers", *arguments])


def test_the_command_line_shows_and_lets_in(hub: Hub, dead: tuple[int, int]) -> None:
    shown = run(hub, "show", "ada@mail.test").stdout
    assert f"hard via dsn edition {dead[0]}: 550 5.1.1 told so" in shown
    document = json.loads(run(hub, "show", "ada@mail.test", "--json").stdout)
    assert document["bounces"][0]["kind"] == "hard"
    assert run(hub, "lift", "ada@mail.test").exit_code == 2
    lifted = run(hub, "lift", "ada@mail.test", "--reason", "a new server")
    assert lifted.stdout == "ada@mail.test is active.\n"
    assert evidence(hub, dead[1])[0].text == "a new server"
    again = run(hub, "lift", "ada@mail.test", "--reason", "a new server")
    assert again.exit_code == 1
