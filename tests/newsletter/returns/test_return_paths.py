"""Every mail leaves with a return path of its own, when the owner says where to."""

import asyncio
import re
from datetime import timedelta

from hub.app import COMPOSERS
from hub.audience import signup
from hub.audience.consent import consent_text
from hub.audience.model import Wish
from hub.mail.model import Mailed
from hub.mail.verp import ReturnPaths
from hub.site import store as sites
from hub.web.state import Hub
from hub.worker import Worker
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import relay_at, send_out, send_to, subscribe


def senders(server: FaultServer) -> list[str]:
    found = [re.match(rb"MAIL FROM:<([^>]*)>", command) for command in server.commands]
    return [match[1].decode() for match in found if match]


def choose(hub: Hub, address: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "bounce_address", address)


def test_each_reader_has_a_path_of_their_own(hub: Hub) -> None:
    choose(hub, "bounces@returns.test")
    readers = {subscribe(hub, f"{name}@mail.test") for name in ("ada", "ben")}
    edition = send_out(hub)
    send_to(hub, server := FaultServer())
    paths = ReturnPaths(hub.signer)
    assert {paths.find([sender]) for sender in senders(server)} == {
        Mailed(edition, reader) for reader in readers
    }
    assert all(s.endswith("@returns.test") and s.startswith("bounces+") for s in senders(server))
    # What the reader sees is as before.
    assert all(
        b"\r\nFrom: Harbour Notes <owner@hub.test>\r\n" in b"\r\n" + c for _, c in server.accepted
    )


def test_without_the_option_the_sender_is_as_before(hub: Hub) -> None:
    subscribe(hub, "ada@mail.test")
    send_out(hub)
    send_to(hub, server := FaultServer())
    assert senders(server) == ["owner@hub.test"]


def test_a_letter_has_one_too(hub: Hub) -> None:
    choose(hub, "bounces@hub.test")
    with hub.db.write() as tx:
        wish = Wish("ada@mail.test", "", "weekly", (), "en")
        text = consent_text(hub.site(), "en")
        signup.sign_up(tx, wish, text, form_url="", network="n", now=NOW)
        mail = int(tx.scalar("SELECT id FROM mails"))
    server = FaultServer()

    async def post() -> None:
        async with server.running():
            mailer = relay_at(server.port)
            worker = await asyncio.to_thread(lambda: Worker(hub, COMPOSERS, mailer=mailer))
            await worker.post(NOW)
            await worker.close(NOW)

    asyncio.run(post())
    (sender,) = senders(server)
    assert ReturnPaths(hub.signer).find([sender]) == Mailed(0, mail)


def test_a_change_of_the_option_holds_from_the_next_claim_on(hub: Hub) -> None:
    subscribe(hub, "ada@mail.test")
    for day, address in enumerate(("one@hub.test", "two@hub.test")):
        choose(hub, address)
        send_out(hub, NOW + timedelta(days=day))
        send_to(hub, server := FaultServer(), NOW + timedelta(days=day))
        assert senders(server)[0].startswith(address[:3])
