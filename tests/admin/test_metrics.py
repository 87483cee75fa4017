"""/metrics: for the monitor that has the key, true, and about nobody."""

import base64
import re
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from starlette.testclient import TestClient

from hub import __version__, journal, limits
from hub.app import create_app
from hub.db import Transaction
from hub.errors import Unavailable
from hub.mail import queue, relays, workers
from hub.mail.model import Standing
from hub.newsletter import editions
from hub.settings import SmtpRelay
from hub.site import monitoring_key, program_keys
from hub.users import login
from hub.web.state import Hub
from tests.admin.conftest import logged_in
from tests.conftest import NOW
from tests.exposition import read, value
from tests.newsletter.cast import publish, send_letter, subscribe

RELAY = SmtpRelay("relay.hub.test", 587)


def made(hub: Hub) -> str:
    with hub.db.write() as tx:
        return monitoring_key.make(tx, by="Ada", now=NOW)


def visitor(hub: Hub) -> TestClient:
    return TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False)


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def basic(user: str, key: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()}


def scraped(client: TestClient, key: str) -> httpx2.Response:
    return client.get("/metrics", headers=bearer(key))


def test_without_a_key_it_is_a_missing_page(hub: Hub) -> None:
    client = visitor(hub)
    found, missing = client.get("/metrics", headers=bearer("x")), client.get("/nowhere-at-all")
    assert (found.status_code, missing.status_code) == (404, 404)
    assert found.headers == missing.headers | {"content-length": found.headers["content-length"]}
    assert "There is no such page." in found.text


@pytest.mark.parametrize(
    "given",
    [
        {},
        bearer("x"),
        bearer(""),
        basic("x", "x"),
        {"authorization": "Basic !"},
        {"authorization": "Basic /w=="},
        {"authorization": "KEY"},
        {"authorization": "Digest KEY"},
        {"authorization": "Bearer é"},
    ],
)
def test_without_the_key_nothing_is_told(hub: Hub, given: dict[str, str]) -> None:
    key = made(hub)
    headers = [
        (name.encode(), text.replace("KEY", key).encode("latin-1")) for name, text in given.items()
    ]
    answer = visitor(hub).get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert answer.headers.get_list("www-authenticate") == [
        'Bearer realm="metrics"',
        'Basic realm="metrics", charset="UTF-8"',
    ]
    assert answer.headers["cache-control"] == "no-store"
    assert "hub_" not in answer.text


def test_the_hash_that_is_kept_opens_nothing(hub: Hub) -> None:
    made(hub)
    with hub.db.read() as tx:
        kept = program_keys.kept(tx, monitoring_key.PROGRAM)
    assert kept is not None
    assert scraped(visitor(hub), kept.value).status_code == 401


def test_the_key_as_bearer_or_as_the_password_of_anybody(hub: Hub) -> None:
    key, client = made(hub), visitor(hub)
    for headers in (
        bearer(key),
        {"authorization": f"bearer  {key} "},
        basic("anybody", key),
        basic("", key),
    ):
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        read(answer.text)
        head = client.head("/metrics", headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == answer.headers["content-type"]
    assert client.post("/metrics", headers=bearer(key)).status_code == 405


def test_a_guess_too_many_is_not_even_looked_at(hub: Hub) -> None:
    later = NOW
    key, client = made(hub), visitor(replace(hub, now=lambda: later))
    most, seconds = login.PER_NETWORK
    for _ in range(most):
        assert scraped(client, key).status_code == 200
        assert client.get("/metrics").status_code == 401
        assert scraped(client, "x").status_code == 401
    answer = scraped(client, key)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert "hub_" not in answer.text
    later = NOW + timedelta(seconds=seconds / most)
    assert scraped(client, key).status_code == 200


def test_a_look_into_a_bucket_takes_nothing(hub: Hub) -> None:
    with hub.db.write() as tx:
        for spent in (False, False, True, True):
            named = {"capacity": 2, "per_seconds": 60.0, "now": NOW}
            assert limits.is_spent(tx, "x", **named) is spent  # type: ignore[arg-type]  # as take has them
            assert limits.take(tx, "x", **named) is not spent  # type: ignore[arg-type]  # the same


def test_the_desk_shows_a_key_once_and_taking_it_back_ends_it_at_once(
    desk: TestClient, hub: Hub
) -> None:
    page = desk.post("/admin/tokens/monitoring").text
    found = re.search(r'id="password"[^>]* value="([^"]+)"', page)
    assert found
    key, client = found[1], visitor(hub)
    assert 'value="https://hub.test/metrics"' in page
    assert "not used yet" in desk.get("/admin/tokens").text
    assert scraped(client, key).status_code == 200
    listed = desk.get("/admin/tokens").text
    assert key not in listed
    assert "last used on" in listed
    with hub.db.read() as tx:
        assert key not in str(tx.all(tuple, "SELECT * FROM journal"))
        assert key not in str(tx.all(str, "SELECT value FROM webhook_keys"))
    assert "Made or renewed the key of Monitoring" in desk.get("/admin/log").text
    newer = desk.post("/admin/tokens/monitoring").text
    assert scraped(client, key).status_code == 401
    assert key not in newer
    assert desk.get("/admin/tokens/monitoring/revoke").status_code == 200
    assert desk.post("/admin/tokens/monitoring/revoke").status_code == 303
    assert scraped(client, key).status_code == 404


def test_an_editor_makes_no_key(hub: Hub) -> None:
    editor = logged_in(visitor(hub), hub, "editor")
    assert editor.post("/admin/tokens/monitoring").status_code == 403


def test_what_it_tells_is_true(hub: Hub) -> None:
    hub = replace(hub, settings=replace(hub.settings, smtp=(RELAY,)), now=lambda: NOW)
    for number in range(3):
        subscribe(hub, f"reader-{number}@reader.test", name="Mary Reader")
    subscribe(hub, "gone@reader.test", status="unsubscribed")
    publish(hub, "The tide tables")
    publish(hub, "The harbour bell", newsletter="none")
    send_letter(hub, subject="A secret subject")
    by_itself = journal.Actor(journal.ITSELF, "", NOW - timedelta(hours=5))
    with journal.acting(by_itself), hub.db.write() as tx:
        journal.note(tx, "backups", "made", subject="daily.zip")
        editions.insert(
            tx, stream="weekly", period="2026-W47", status="skipped", reason="", now=NOW
        )
        for minutes in (-5, 3, 2):
            due = NOW - timedelta(minutes=minutes)
            queue.put(
                tx,
                kind="confirmation",
                subject_id=1,
                recipient="asked@reader.test",
                language="en",
                now=due,
            )
        workers.start(tx, NOW - timedelta(seconds=4))
        workers.start(tx, NOW - timedelta(minutes=4))
        relays.note(tx, [Standing(RELAY.name, "away", "no answer")], NOW)
    with journal.acting(replace(by_itself, at=NOW)), hub.db.write() as tx:
        journal.note(tx, "backups", "deleted", subject="daily.zip")
    text = scraped(visitor(hub), made(hub)).text
    found = read(text)
    expected = {
        ("hub_up", ""): 1,
        ("hub_subscribers", "status=active"): 3,
        ("hub_subscribers", "status=unsubscribed"): 1,
        ("hub_subscribers", "status=pending"): 0,
        ("hub_posts_published", ""): 2,
        ("hub_editions", "status=sending"): 1,
        ("hub_editions", "status=skipped"): 1,
        ("hub_editions", "status=sent"): 0,
        ("hub_deliveries_outstanding", "state=queued"): 3,
        ("hub_deliveries_outstanding", "state=claimed"): 0,
        ("hub_mails_waiting", "due=now"): 2,
        ("hub_mails_waiting", "due=later"): 1,
        ("hub_mails_oldest_due_age_seconds", ""): 180,
        ("hub_workers_alive", ""): 1,
        ("hub_worker_last_beat_age_seconds", ""): 4,
        ("hub_relays_in_trouble", ""): 1,
        ("hub_backup_last_good_age_seconds", ""): 5 * 3600,
    }
    for (name, label), number in expected.items():
        labels = dict([label.split("=")]) if label else {}
        assert value(found, name, **labels) == number, (name, label)
    engine = hub.db.engine_name
    assert value(found, "hub_info", version=__version__, engine=engine) == 1
    for personal in ("reader.test", "Mary", "secret", "tide", "relay.hub.test", "owner", "Ada"):
        assert personal.lower() not in text.lower()


def test_an_edition_that_is_over_is_no_longer_outstanding(hub: Hub) -> None:
    subscribe(hub, "reader@reader.test")
    edition_id = send_letter(hub)
    with hub.db.write() as tx:
        editions.set_status(tx, edition_id, "cancelled", reason="", finished_at=NOW)
    found = read(scraped(visitor(hub), made(hub)).text)
    assert value(found, "hub_editions", status="cancelled") == 1
    assert value(found, "hub_deliveries_outstanding", state="queued") == 0


def test_a_hub_that_has_done_nothing_yet_tells_no_ages(hub: Hub) -> None:
    found = read(scraped(visitor(hub), made(hub)).text)
    assert value(found, "hub_mails_oldest_due_age_seconds") == 0
    assert found["hub_worker_last_beat_age_seconds"].samples == {}
    assert found["hub_backup_last_good_age_seconds"].samples == {}


def test_while_the_database_is_away(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    key, client = made(hub), visitor(hub)

    def away() -> AbstractContextManager[Transaction]:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(hub.db, "read", away)
    answer = scraped(client, key)
    assert answer.status_code == 503
    assert answer.headers["cache-control"] == "no-store"
    found = read(answer.text)
    assert list(found) == ["hub_up"]
    assert value(found, "hub_up") == 0
