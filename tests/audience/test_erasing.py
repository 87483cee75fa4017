"""Who is erased is gone from every table, the outbox and the log; a keyed hash stays."""

import logging

import pytest
from click.testing import CliRunner

from hub.audience import store, suppression
from hub.cli import cli
from hub.db import Transaction
from hub.mail import outbox, queue
from hub.web.state import Hub
from tests.conftest import NOW
from tests.db import described
from tests.newsletter.cast import publish, send_letter, subscribe, tick

NAME, ADDRESS = "Zenobia", "zenobia@reader.test"


def found_in(tx: Transaction) -> list[str]:
    """The tables in which the address or the name stands, full-text search among them."""
    found = []
    for table in described.of(tx):
        for row in tx.all(tuple, f"SELECT * FROM {table}"):
            if any(NAME.lower() in str(value).lower() for value in row):
                found.append(table)
    return found


def test_no_trace_is_left(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ada = subscribe(hub, ADDRESS, name=NAME)
    subscribe(hub, "other@reader.test", name="Other")
    publish(hub, "Ropes")
    send_letter(hub)
    tick(hub)
    with hub.db.write() as tx:
        for kind in ("stay", "something-new"):
            queue.put(tx, kind=kind, subject_id=ada, recipient=ADDRESS, language="en", now=NOW)
        said = f"550 <{ADDRESS}>: no such user"
        tx.execute("UPDATE deliveries SET reply = :r WHERE subscriber_id = :id", r=said, id=ada)
        tx.execute("UPDATE subscribers SET email = 'Zenobia@Reader.test' WHERE id = :id", id=ada)
        tx.execute("UPDATE mails SET recipient = 'Zenobia@Reader.test' WHERE recipient LIKE 'z%'")
    assert any(NAME.lower() in path.read_text().lower() for path in hub.settings.outbox.iterdir())
    with hub.db.read() as tx:
        assert {"subscribers", "mails", "deliveries"} <= set(found_in(tx))
    command = ["--data", str(hub.settings.data), "subscribers", "erase", ADDRESS]
    assert CliRunner().invoke(cli, command).exit_code == 0
    with hub.db.read() as tx:
        assert found_in(tx) == []
        assert suppression.reason(tx, ADDRESS) == "erased"
        assert tx.scalar("SELECT count(*) FROM deliveries WHERE subscriber_id = :id", id=ada) == 1
        assert store.by_email_key(tx, "other@reader.test") is not None
    # Nor in pages of the file that are free now, nor in the log beside it, while the hub runs.
    for file in hub.settings.data.glob("hub.db*"):
        assert b"zenobia" not in file.read_bytes().lower(), file
    left = [path.read_text().lower() for path in hub.settings.outbox.glob("*.eml")]
    assert left
    assert not any(NAME.lower() in text for text in left)
    assert NAME.lower() not in caplog.text.lower()


def test_mail_to_somebody_at_the_desk_is_not_the_readers(hub: Hub) -> None:
    owner = subscribe(hub, "owner@hub.test")
    with hub.db.write() as tx:
        queue.put(
            tx, kind="password", subject_id=1, recipient="owner@hub.test", language="en", now=NOW
        )
        store.delete(tx, owner)
        assert tx.scalar("SELECT count(*) FROM mails WHERE kind = 'password'") == 1


def test_the_outbox_forgets_any_spelling(hub: Hub) -> None:
    folder = hub.settings.outbox
    folder.mkdir()
    for number, to in enumerate(("Ada <ADA@reader.test>", "bob@reader.test", "=?bad")):
        (folder / f"{number}.eml").write_bytes(f"From: a@b.test\nTo: {to}\n\nHello\n".encode())
    assert outbox.forget(folder, ["ada@reader.test"]) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["1.eml", "2.eml"]
    assert outbox.forget(folder, []) == outbox.forget(folder / "none", ["a@b.test"]) == 0
