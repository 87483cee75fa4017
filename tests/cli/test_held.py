"""`hub subscribers held`, as it is typed."""

import json

import pytest

from hub.audience.consent import consent_text
from hub.audience.gates import store
from hub.audience.model import Wish
from hub.web.state import Hub
from tests.cli.test_subscribers import Run, run

__all__ = ["run"]


@pytest.fixture(autouse=True)
def held(hub: Hub) -> None:
    text = consent_text(hub.site(), "en")
    with hub.db.write() as tx:
        for name in ("ada", "bob", "eve"):
            wish = Wish(f"{name}@reader.test", name, "weekly", ("sea",), "en")
            now = hub.now()
            store.hold(
                tx,
                wish,
                wish.email,
                text,
                form_url="",
                invitation="",
                reasons=("trap", "domain"),
                now=now,
            )


def test_they_are_listed(run: Run) -> None:
    code, out, _ = run("subscribers", "held", "--json")
    found = json.loads(out)
    assert code == 0
    assert [one["email"].partition("@")[0] for one in found] == ["eve", "bob", "ada"]
    assert (found[0]["reasons"], found[0]["topics"]) == (["trap", "domain"], ["sea"])
    assert "ada@reader.test\tada\t" in run("subscribers", "held")[1]


def test_they_are_let_through_and_dropped(run: Run, hub: Hub) -> None:
    changed = run(
        "subscribers", "held", "--let-through", "ADA@reader.test", "--drop", "bob@reader.test"
    )
    assert changed[:2] == (0, "1 let through (1 mailed), 1 dropped.\n")
    assert run("subscribers", "held", "--drop-all")[1] == "0 let through (0 mailed), 1 dropped.\n"
    with hub.db.read() as tx:
        assert tx.all(str, "SELECT recipient FROM mails") == ["ada@reader.test"]


def test_who_is_not_held_is_said_and_nothing_changes(run: Run, hub: Hub) -> None:
    code, _, err = run(
        "subscribers", "held", "--drop", "ada@reader.test", "--let-through", "zoe@reader.test"
    )
    assert code == 1
    assert "zoe@reader.test" in err
    with hub.db.read() as tx:
        assert len(store.held(tx, limit=9)) == 3
