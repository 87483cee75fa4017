"""The public log: an entry for each true change, when it has stood for ten minutes."""

from dataclasses import replace
from datetime import datetime, timedelta

from starlette.testclient import TestClient

from hub.admin import rounds
from hub.app import create_app
from hub.law import changes, facts, store, words
from hub.law.model import Change
from hub.mail import workers
from hub.notices.stumbles import Stumbles
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


def look(hub: Hub, now: datetime) -> None:
    """What the worker does once a minute; nothing is left to do after it."""
    rounds.look(hub, Stumbles(), now)
    found = facts.gather(hub.site(), hub.settings, ())
    with hub.db.read() as tx:
        if not workers.ways(tx, now):
            assert not changes.is_due(tx, found, now)


def put(hub: Hub, **values: str) -> None:
    with hub.db.write() as tx:
        for name, value in values.items():
            sites.put(tx, name, value)


def log(hub: Hub) -> list[Change]:
    with hub.db.read() as tx:
        return store.newest(tx, limit=9)


def test_a_change_is_written_down_once(hub: Hub) -> None:
    look(hub, NOW)
    put(hub, retention_months="24", host_name="New Host")
    for minutes in (1, 5, 10.9, 11, 12, 30):
        look(hub, NOW + minutes * MINUTE)
    (change,) = log(hub)
    assert change.at == NOW + 11 * MINUTE
    assert change.differences == (("host_name", "", "New Host"), ("retention_months", 36, 24))
    said = words.said(change, "fr")
    assert (said[0].label, said[0].gone, said[0].come) == ("Hébergeur", ("rien",), ("New Host",))
    assert (said[1].gone, said[1].come) == (("36",), ("24",))


def test_what_is_put_back_is_no_change(hub: Hub) -> None:
    look(hub, NOW)
    put(hub, retention_months="24")
    look(hub, NOW + MINUTE)
    put(hub, retention_months="36")
    for minutes in (2, 20):
        look(hub, NOW + minutes * MINUTE)
    # The time begins anew.
    put(hub, retention_months="24")
    look(hub, NOW + 21 * MINUTE)
    look(hub, NOW + 30 * MINUTE)
    assert log(hub) == []


def test_other_settings_change_nothing(hub: Hub) -> None:
    look(hub, NOW)
    put(hub, description="Other words", weekly_day="friday")
    look(hub, NOW + MINUTE)
    look(hub, NOW + 20 * MINUTE)
    assert log(hub) == []


def test_the_relay_of_the_worker_counts(hub: Hub) -> None:
    with hub.db.write() as tx:
        workers.start(tx, NOW, way="one.test:587")
    look(hub, NOW)
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        # The process that answers knows of no relay itself.
        assert "one.test" in client.get("/trust").text
        with hub.db.write() as tx:
            tx.execute("DELETE FROM workers")
            workers.start(tx, NOW + 20 * MINUTE, way="two.test:587")
        for minutes in (20, 31):
            with hub.db.write() as tx:
                tx.execute("UPDATE workers SET seen_at = :at", at=NOW + minutes * MINUTE)
            look(hub, NOW + minutes * MINUTE)
            # At once, though the log waits.
            assert "two.test" in client.get("/trust").text
        (change,) = log(hub)
        assert change.differences == (("relays", ("one.test",), ("two.test",)),)
        assert "two.test" in client.get("/trust").text
        page = client.get("/privacy/changes").text
        assert "<del>one.test</del>" in page
        assert "<ins>two.test</ins>" in page


def test_own_words_are_compared_by_paragraph(hub: Hub) -> None:
    put(hub, privacy_notice="We mend boats.\n\nWe sell ropes.")
    look(hub, NOW)
    put(hub, privacy_notice="We mend boats.\n\nWe sell <b>knots</b>.\n\nOn Mondays.")
    look(hub, NOW + MINUTE)
    look(hub, NOW + 11 * MINUTE)
    (said,) = words.said(log(hub)[0], "en")
    assert said.gone == ("We sell ropes.",)
    assert said.come == ("We sell <b>knots</b>.", "On Mondays.")
    assert r"\<b\>knots\</b\>" in words.as_markdown(log(hub)[0], "en")
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        assert "&lt;b&gt;knots" in client.get("/privacy/changes").text


def test_every_fact_has_its_words(hub: Hub) -> None:
    found = facts.gather(hub.site(), hub.settings, ())
    for name in found.__dataclass_fields__:
        assert name in words._LABELS
    other = replace(found, kept=found.kept[1:], welcome_mail=True, consent_text="Yes.", wording=9)
    for one in words.said(Change(1, NOW, changes.differences(found, other), None), "fr"):
        assert all(isinstance(text, str) and text for text in (*one.gone, *one.come))
