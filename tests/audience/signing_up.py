"""Signing up as a reader does, with whatever mail follows, for the tests of the ways in."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy

from starlette.testclient import TestClient

from hub.addresses import key
from hub.app import COMPOSERS
from hub.audience import store
from hub.audience.model import Subscriber
from hub.site import store as sites
from hub.web.state import Hub
from hub.worker import Worker


@dataclass(frozen=True)
class Arrived:
    """A mail as its reader sees it."""

    to: str
    subject: str
    text: str


def decide(hub: Hub, **options: str) -> None:
    """What the owner decides."""
    with hub.db.write() as tx:
        for name, value in options.items():
            sites.put(tx, name, value)


def person(hub: Hub, email: str = "ada@reader.test") -> Subscriber:
    with hub.db.read() as tx:
        found = store.by_email_key(tx, key(email))
    assert found is not None
    return found


def mailed(hub: Hub, now: datetime) -> list[Arrived]:
    """Every mail that the worker sends now, in the order in which it was asked for."""

    async def once() -> None:
        worker = await asyncio.to_thread(Worker, hub, COMPOSERS)
        await worker.beat(now)
        await worker.post(now)
        await worker.close(now)

    asyncio.run(once())
    arrived = []
    for path in sorted((hub.settings.data / "outbox").glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        arrived.append(Arrived(message["To"], message["Subject"], body.get_content()))
        path.unlink()
    return arrived


def ask(client: TestClient, email: str = "ada@reader.test", path: str = "/subscribe") -> None:
    answer = client.post(path, data={"email": email})
    assert answer.status_code == 200, answer.text


def link(client: TestClient, hub: Hub, now: datetime, **asked: str) -> str:
    """The path of the confirmation link of somebody who asks."""
    ask(client, **asked)
    (mail,) = (m for m in mailed(hub, now) if "/confirm/" in m.text)
    found = re.search(r"https://hub\.test(/confirm/\S+)", mail.text)
    assert found is not None
    return found[1]
