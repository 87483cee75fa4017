"""The mailbox: what proves itself is taken once, what people wrote is left alone."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from hub.newsletter import troubles
from hub.newsletter.returns import store
from hub.newsletter.returns.mailbox import MailboxReader
from hub.newsletter.returns.model import BoxState
from hub.site import store as sites
from hub.web.state import Hub
from hub.worker import Worker
from tests.conftest import NOW
from tests.mail.imap_server import ImapServer
from tests.mail.reports import arf, dsn, plain
from tests.newsletter.cast import status_of
from tests.newsletter.returns.cast import DAY, evidence, mailed, path_of

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with ImapServer().running() as server:
        yield server


def read(hub: Hub, imap: ImapServer, **box: str) -> bool:
    reader = MailboxReader(hub.db, imap.box(**box), hub.signer, sites.load)
    return asyncio.run(reader.work(NOW + DAY, at_once=True))


def state(hub: Hub, imap: ImapServer) -> BoxState:
    with hub.db.read() as tx:
        found = store.box_state(tx, imap.box().name)
    assert found is not None
    return found


def trouble(hub: Hub) -> list[str]:
    with hub.db.read() as tx:
        return [one.reason for one in troubles.current(tx)]


def test_each_message_finds_its_end(hub: Hub, imap: ImapServer) -> None:
    edition, ada = mailed(hub, "ada")
    path = path_of(hub, edition, ada)
    forged = "bounces+" + "a" * 32 + "@hub.test"
    imap.add(
        dsn(path),
        plain(path, "Auto-Submitted: auto-replied"),
        plain(path),
        dsn(forged, identity="<forged@evil.test>"),
        b"Content-Type: message/rfc822\r\n\r\n" * 500,
    )
    assert read(hub, imap)
    assert status_of(hub, "ada") == "bounced"
    assert imap.flags == {1: "\\Seen", 2: "\\Seen"}
    assert state(hub, imap) == BoxState(7, 5, 3)


def test_what_was_read_is_not_fetched_again(hub: Hub, imap: ImapServer) -> None:
    edition, ada = mailed(hub)
    imap.add(dsn(path_of(hub, edition, ada)), plain("bounces@hub.test"))
    read(hub, imap)
    imap.commands.clear()
    assert not read(hub, imap)
    assert not [command for command in imap.commands if "FETCH" in command]
    assert state(hub, imap).replies == 1


def test_a_mailbox_that_counts_anew_is_read_again_and_folded(hub: Hub, imap: ImapServer) -> None:
    edition, ada = mailed(hub)
    imap.add(dsn(path_of(hub, edition, ada)))
    read(hub, imap)
    imap.uid_validity = 8
    read(hub, imap)
    assert len(evidence(hub, ada)) == 1
    assert state(hub, imap).uid_validity == 8


def test_a_death_between_taking_and_marking_repeats_nothing(hub: Hub, imap: ImapServer) -> None:
    edition, ada = mailed(hub)
    imap.add(dsn(path_of(hub, edition, ada)))
    imap.dies_at = "UID STORE"
    read(hub, imap)
    assert status_of(hub, "ada") == "bounced"
    assert len(trouble(hub)) == 1
    imap.dies_at = ""
    read(hub, imap)
    assert len(evidence(hub, ada)) == 1
    assert trouble(hub) == []


def test_a_message_over_the_limit_is_skipped_unread(hub: Hub, imap: ImapServer) -> None:
    edition, ada = mailed(hub)
    imap.add(dsn(path_of(hub, edition, ada)))
    imap.sizes[1] = 50_000_000
    read(hub, imap)
    assert (status_of(hub, "ada"), imap.flags) == ("active", {})
    assert state(hub, imap).last_uid == 1


def test_no_more_of_a_message_is_fetched_than_is_looked_at(hub: Hub, imap: ImapServer) -> None:
    imap.add(plain("bounces@hub.test", body="x" * 3_000_000))
    read(hub, imap)
    assert any("BODY.PEEK[]<0.256000>" in command for command in imap.commands)


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 UIDPLUS", "IMAP4rev1 MOVE"])
def test_what_was_dealt_with_is_moved_where_the_owner_wants(
    hub: Hub, imap: ImapServer, capabilities: str
) -> None:
    imap.capabilities = capabilities
    edition, ada = mailed(hub)
    imap.add(dsn(path_of(hub, edition, ada)), plain("bounces@hub.test"))
    read(hub, imap, moved_to="Done")
    assert imap.moved == [(1, "Done")]


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ({"password": "wrong"}, "who are you"),
        ({"folder": "Nowhere"}, "no such folder"),
        ({"tls": "required"}, "TLS"),
    ],
)
def test_a_mailbox_that_does_not_open_is_told_to_the_owner(
    hub: Hub, imap: ImapServer, box: dict[str, str], reason: str
) -> None:
    assert not read(hub, imap, **box)
    assert reason in trouble(hub)[0]


def test_a_complaint_ends_the_mail(hub: Hub, imap: ImapServer) -> None:
    edition, ada = mailed(hub)
    link = hub.signer.sign("unsubscribe", ada)
    original = (
        f"List-Unsubscribe: <https://hub.test/unsubscribe/{link}>\r\n"
        f"Feedback-ID: {edition}:weekly:newsletter:x\r\n"
    )
    imap.add(arf(original=original), arf(kind="not-spam", original=original))
    read(hub, imap)
    assert status_of(hub, "ada") == "complained"
    (event,) = evidence(hub, ada)
    assert (event.kind, event.source, event.edition_id) == ("complaint", "arf", edition)


def test_workers_take_turns(hub: Hub, imap: ImapServer) -> None:
    def work(now: datetime) -> None:
        reader = MailboxReader(hub.db, imap.box(), hub.signer, sites.load)
        asyncio.run(reader.work(now))

    work(NOW)
    work(NOW)
    assert len([command for command in imap.commands if command.startswith("SELECT")]) == 1
    work(NOW + DAY)
    assert len([command for command in imap.commands if command.startswith("SELECT")]) == 2


def test_the_worker_reads_the_mailbox(hub: Hub, imap: ImapServer) -> None:
    edition, ada = mailed(hub)
    imap.add(dsn(path_of(hub, edition, ada)))
    settings = replace(hub.settings, imap=imap.box())

    async def once() -> None:
        worker = await asyncio.to_thread(Worker, replace(hub, settings=settings), {})
        await worker.read_mailbox(NOW + DAY)
        await worker.close(NOW + DAY)

    asyncio.run(once())
    assert status_of(hub, "ada") == "bounced"
