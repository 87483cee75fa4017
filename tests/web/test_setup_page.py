"""Setting up: closed without its link, step by step or all at once, forgiving, and done once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.app import create_app, create_hub
from hub.settings import from_environment
from hub.site import first_steps
from hub.users import accounts, one_time_links
from hub.web.state import Hub

ANSWERS = {
    "title": "Harbour Notes",
    "description": "What the tide brings.",
    "language": "fr",
    "timezone": "Europe/Paris",
    "base_url": "https://hub.test",
    "name": "Ada",
    "email": "ada@hub.test",
    "password": "correct horse battery",
}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    parts = create_hub(from_environment({}, data=tmp_path / "data"))
    yield parts
    parts.db.close()


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    with TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False) as client:
        yield client


@pytest.fixture
def link(hub: Hub) -> str:
    with hub.db.write() as tx:
        return f"/setup/{one_time_links.make(tx, 'setup', None, hub.now())}"


def test_without_its_link_the_page_is_closed(client: TestClient, link: str) -> None:
    assert client.get("/setup/guessed").status_code == 403
    assert client.post("/setup/guessed", data=ANSWERS).status_code == 403


def test_the_address_is_filled_in_as_it_was_opened(client: TestClient, link: str) -> None:
    assert 'value="https://hub.test"' in client.get(link).text


def test_the_page_speaks_the_language_of_the_browser(client: TestClient, link: str) -> None:
    assert '<html lang="fr">' in client.get(link, headers={"accept-language": "fr-CA,en"}).text


def test_after_set_up_the_owner_is_logged_in(client: TestClient, hub: Hub, link: str) -> None:
    answer = client.post(link, data=ANSWERS)
    assert answer.status_code == 303
    assert client.get(answer.headers["location"]).status_code == 200
    site = hub.site()
    assert (site.title, site.language, site.timezone) == ("Harbour Notes", "fr", "Europe/Paris")
    assert site.owner_email == site.from_email == "ada@hub.test"
    assert site.ready_at is not None


def test_the_link_works_once(client: TestClient, link: str) -> None:
    client.post(link, data=ANSWERS)
    assert client.get(link).status_code == 403
    assert client.post(link, data=ANSWERS).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("timezone", "Europe/Atlantis"),
        ("base_url", "hub.test"),
        ("email", "ada"),
        ("password", "short"),
        ("language", "tlh"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    client: TestClient, hub: Hub, link: str, field: str, value: str
) -> None:
    answer = client.post(link, data={**ANSWERS, field: value})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert "What the tide brings." in answer.text
    assert "correct horse battery" not in answer.text
    assert hub.site().ready_at is None
    with hub.db.read() as tx:
        assert accounts.find(tx, "ada@hub.test") is None
    assert client.post(link, data=ANSWERS).status_code == 303


SITE = {name: ANSWERS[name] for name in ("title", "description", "language", "base_url")}
ACCOUNT = {name: ANSWERS[name] for name in ("name", "email", "password")}


def test_two_steps_make_the_hub_and_log_its_owner_in(
    client: TestClient, hub: Hub, link: str
) -> None:
    assert client.post(link, data=SITE).headers["location"] == f"{link}/account"
    assert hub.site().ready_at is None
    # The second step speaks the language that was chosen in the first.
    assert '<html lang="fr">' in client.get(f"{link}/account").text
    answer = client.post(f"{link}/account", data=ACCOUNT)
    assert answer.headers["location"] == "/admin/start/mail"
    assert client.get("/admin/start/mail").status_code == 200
    assert hub.site().title == "Harbour Notes"
    assert client.get(link).status_code == client.get(f"{link}/account").status_code == 403
    assert client.post(f"{link}/account", data=ACCOUNT).status_code == 403


def test_who_goes_back_or_closes_the_browser_finds_what_was_typed(
    client: TestClient, hub: Hub, link: str
) -> None:
    client.post(link, data=SITE)
    back = client.post(f"{link}/account", data={**ACCOUNT, "email": "ad", "action": "back"})
    assert back.headers["location"] == link
    assert 'value="Harbour Notes"' in client.get(link).text
    page = client.get(f"{link}/account").text
    assert 'value="Ada"' in page
    assert 'value="ad"' in page
    client.post(f"{link}/account", data=ACCOUNT)
    with hub.db.read() as tx:
        assert first_steps.answers(tx) == {}


@pytest.mark.parametrize(("field", "value"), [("title", ""), ("base_url", "http://not a url")])
def test_a_wrong_first_step_stays(client: TestClient, link: str, field: str, value: str) -> None:
    answer = client.post(link, data={**SITE, field: value})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    # And whoever leaves it out is brought back to it.
    answer = client.post(f"{link}/account", data=ACCOUNT)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text


@pytest.mark.parametrize(("field", "value"), [("email", "ada"), ("password", "short")])
def test_a_wrong_second_step_stays(
    client: TestClient, hub: Hub, link: str, field: str, value: str
) -> None:
    client.post(link, data=SITE)
    answer = client.post(f"{link}/account", data={**ACCOUNT, field: value})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert 'value="Ada"' in answer.text
    assert "correct horse battery" not in answer.text
    assert hub.site().ready_at is None


def test_no_step_opens_without_the_link(client: TestClient, link: str) -> None:
    for path in ("/setup/guessed", "/setup/guessed/account"):
        assert client.get(path).status_code == 403
        assert client.post(path, data=ANSWERS).status_code == 403
