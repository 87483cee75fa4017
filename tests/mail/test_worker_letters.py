"""Letters: written when they are sent, retried, dropped when nobody wants them."""

import asyncio
from datetime import timedelta

from hub.db import Transaction
from hub.mail import queue
from hub.mail.model import (
    Composer,
    Connection,
    Letter,
    QueuedMail,
    RelayFull,
    Render,
)
from hub.site.model import Site
from hub.tokens import Signer
from hub.web.state import Hub
from hub.worker import Worker
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import outbox, parsed, relay_at

LETTER = Letter("Héllo", "Text", "<p>Html</p>")


def composing(letter: Letter | None) -> Composer:
    def compose(
        tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
    ) -> Letter | None:
        return letter

    return compose


def put(hub: Hub, recipient: str = "ada@mail.test", kind: str = "note") -> int:
    with hub.db.write() as tx:
        return queue.put(tx, kind=kind, subject_id=1, recipient=recipient, language="en", now=NOW)


def work(hub: Hub, letter: Letter | None = LETTER, server: FaultServer | None = None) -> Worker:
    async def run() -> Worker:
        if server is None:
            worker = await asyncio.to_thread(Worker, hub, {"note": composing(letter)})
            await worker.tick(NOW)
            await worker.close(NOW)
            return worker
        async with server.running():
            worker = await asyncio.to_thread(
                lambda: Worker(
                    hub,
                    {"note": composing(letter)},
                    mailer=relay_at(server.port, final_dot=0.1),
                    chance=lambda: 0.5,
                )
            )
            await worker.tick(NOW)
            await worker.close(NOW)
            return worker

    return asyncio.run(run())


def state(hub: Hub, mail_id: int, column: str = "state") -> object:
    with hub.db.read() as tx:
        return tx.scalar(f"SELECT {column} FROM mails WHERE id = :id", id=mail_id)


def test_a_letter_goes_out_as_an_automatic_one(hub: Hub) -> None:
    mail_id = put(hub)
    work(hub)
    message = parsed(outbox(hub)[0])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Héllo"
    assert message["To"] == "ada@mail.test"
    assert message["Reply-To"] == "owner@hub.test"
    assert message["List-Unsubscribe"] is None
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]
    assert state(hub, mail_id) == "accepted"


def test_a_letter_nobody_wants_any_more_is_dropped(hub: Hub) -> None:
    mail_id = put(hub)
    work(hub, letter=None)
    assert state(hub, mail_id) is None
    assert outbox(hub) == []


def test_a_kind_without_a_writer_fails(hub: Hub) -> None:
    mail_id = put(hub, kind="unheard")
    work(hub)
    assert state(hub, mail_id) == "failed"


def test_a_subject_with_a_line_break_adds_no_header(hub: Hub) -> None:
    put(hub)
    work(hub, letter=Letter("a\r\nBcc: all@mail.test", "", ""))
    (raw,) = outbox(hub)
    assert parsed(raw)["Bcc"] is None
    assert parsed(raw)["Subject"] == "a Bcc: all@mail.test"


def test_an_address_with_a_line_break_reaches_nobody_and_keeps_nobody_waiting(hub: Hub) -> None:
    mail_id = put(hub, "ada@mail.test\r\nBcc: all@mail.test")
    other = put(hub, "bea@mail.test")
    work(hub)
    assert state(hub, mail_id) == "deferred"
    assert [parsed(raw)["To"] for raw in outbox(hub)] == ["bea@mail.test"]
    assert state(hub, other) == "accepted"


def test_each_letter_has_its_own_fate(hub: Hub) -> None:
    names = ["451-rcpt", "550-data", "drop-data", "ada", "bea"]
    ids = {name: put(hub, f"{name}@mail.test") for name in names}
    server = FaultServer(close_after=1)
    work(hub, server=server)
    assert {name: state(hub, mail_id) for name, mail_id in ids.items()} == {
        "451-rcpt": "deferred",
        "550-data": "failed",
        "drop-data": "unknown",
        "ada": "accepted",
        "bea": "accepted",
    }
    assert state(hub, ids["451-rcpt"], "due_at") == "2026-11-22T12:05:00.000Z"


def test_a_retry_has_the_same_message_id(hub: Hub) -> None:
    mail_id = put(hub)
    server = FaultServer()
    for _ in range(2):
        work(hub, server=server)
        with hub.db.write() as tx:
            tx.execute("UPDATE mails SET state = 'queued' WHERE id = :id", id=mail_id)
    first, second = (content for _, content in server.accepted)
    assert first == second


def test_a_relay_that_is_full_for_a_moment_costs_a_letter_no_wait(hub: Hub) -> None:
    class Full:
        async def connect(self) -> Connection:
            raise RelayFull("all connections are taken")

    mail_id = put(hub)

    async def run() -> None:
        worker = await asyncio.to_thread(
            Worker, hub, {"note": composing(LETTER)}, mailer=Full(), chance=lambda: 0.5
        )
        await worker.tick(NOW)
        await worker.close(NOW)

    asyncio.run(run())
    assert (state(hub, mail_id), state(hub, mail_id, "attempts")) == ("queued", 0)


def test_what_was_finished_long_ago_is_forgotten(hub: Hub) -> None:
    put(hub)
    work(hub)
    with hub.db.write() as tx:
        assert queue.purge(tx, finished_before=NOW) == 0
        assert queue.purge(tx, finished_before=NOW + timedelta(seconds=1)) == 1
