"""Posts, readers and a worker for the tests of the newsletter."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from typing import Any

from hub.app import COMPOSERS
from hub.content.rendering import Rendered
from hub.mail.model import Mailer
from hub.mail.relay import RelayMailer
from hub.mail.session import Waits
from hub.newsletter import deliveries, editions, letters, planning
from hub.newsletter.letter_model import Draft
from hub.newsletter.model import Counts, Edition
from hub.newsletter.planning import Press
from hub.settings import SmtpRelay
from hub.web.mailing import renderer
from hub.web.state import Hub
from hub.worker import Worker
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer

_numbers = count(1)


def publish(
    hub: Hub,
    title: str,
    *,
    newsletter: str = "digest",
    at: datetime = NOW,
    excerpt: str = "What it is about.",
) -> int:
    """A published post's id."""
    number = next(_numbers)
    with hub.db.write() as tx:
        return int(
            tx.scalar(
                "INSERT INTO posts (uid, kind, slug, title, excerpt, markdown, html, plain_text,"
                " reading_minutes, status, newsletter, language, canonical_url, cover, cover_alt,"
                " created_at, updated_at, published_at) VALUES (:uid, 'post', :uid, :title,"
                " :excerpt, '', '', '', 1, 'published', :newsletter, 'en', '', '', '', :at, :at,"
                " :at) RETURNING id",
                uid=f"post-{number}",
                title=title,
                excerpt=excerpt,
                newsletter=newsletter,
                at=at,
            )
        )


def subscribe(
    hub: Hub,
    email: str,
    *,
    cadence: str = "weekly",
    language: str = "en",
    name: str = "",
    status: str = "active",
    at: datetime = NOW,
    paused_until: datetime | None = None,
) -> int:
    """A reader's id."""
    with hub.db.write() as tx:
        return int(
            tx.scalar(
                "INSERT INTO subscribers (email, email_key, name, status, cadence, paused_until,"
                " language, source, created_at, confirmed_at) VALUES (:email, :email, :name,"
                " :status, :cadence, :paused_until, :language, 'test', :at, :at) RETURNING id",
                email=email,
                name=name,
                status=status,
                cadence=cadence,
                paused_until=paused_until,
                language=language,
                at=at,
            )
        )


def press(hub: Hub) -> Press:
    site = hub.site()
    return Press(site, hub.signer, renderer(site, hub.settings), hub.settings.media)


def keep_letter(hub: Hub, now: datetime = NOW, **typed: Any) -> int:
    """A letter's id. `typed` is what differs from one to everybody."""
    draft = Draft(**{"subject": "A word", "markdown": "We *moved*.", **typed})
    rendered = Rendered(f"<p>{draft.markdown}</p>", "", draft.markdown, 1, (), (), ())
    with hub.db.write() as tx:
        return letters.create(tx, draft, rendered, now=now).id


def send_letter(hub: Hub, now: datetime = NOW, **typed: Any) -> int:
    """The edition of a new letter, its deliveries queued."""
    letter_id = keep_letter(hub, now, **typed)
    with hub.db.write() as tx:
        edition = letters.send(tx, press(hub), letter_id, now)
    while newest(hub).status == "planned":
        with hub.db.write() as tx:
            planning.queue(tx, edition.id, now)
    return edition.id


def relay_at(port: int, *, final_dot: float = 5.0) -> Mailer:
    return RelayMailer(
        SmtpRelay("127.0.0.1", port, tls="no"),
        local_name="hub.test",
        waits=Waits(command=5.0, final_dot=final_dot, goodbye=0.2),
    )


def worker_of(
    hub: Hub,
    mailer: Mailer | None = None,
    *,
    steady: Callable[[], float] = time.monotonic,
    connections: int = 3,
) -> Worker:
    return Worker(
        hub,
        COMPOSERS,
        mailer=mailer,
        chance=lambda: 0.5,
        connections=connections,
        steady=steady,
    )


def tick(hub: Hub, now: datetime = NOW, mailer: Mailer | None = None) -> bool:
    """One tick of a worker of its own, which signs off afterwards."""

    async def once() -> bool:
        worker = await asyncio.to_thread(worker_of, hub, mailer)
        did = await worker.tick(now)
        await worker.close(now)
        return did

    return asyncio.run(once())


def newest(hub: Hub) -> Edition:
    return all_editions(hub)[0]


def all_editions(hub: Hub) -> list[Edition]:
    """Newest first."""
    with hub.db.read() as tx:
        return [report.edition for report in editions.newest(tx)]


def counts(hub: Hub, edition_id: int) -> Counts:
    with hub.db.read() as tx:
        return editions.counts(tx, edition_id)


def outbox(hub: Hub) -> list[bytes]:
    """Every message in the outbox, oldest first."""
    return [path.read_bytes() for path in sorted(hub.settings.outbox.glob("*.eml"))]


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def sending_edition(hub: Hub, *locals_: str) -> int:
    """An edition to these readers at mail.test, all deliveries queued."""
    for name in locals_:
        subscribe(hub, f"{name}@mail.test")
    return send_out(hub)


def send_out(hub: Hub, at: datetime = NOW) -> int:
    """An edition of a new post to whoever is on the list, all deliveries queued."""
    publish(hub, "Ropes", at=at)
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press(hub), "weekly", at)
    while newest(hub).status == "planned":
        with hub.db.write() as tx:
            planning.queue(tx, edition.id, at)
    return edition.id


def send_to(hub: Hub, server: FaultServer, now: datetime = NOW, *, connections: int = 3) -> Worker:
    """One tick against a server; the worker, to look at."""

    async def run() -> Worker:
        async with server.running():
            mailer = relay_at(server.port, final_dot=0.2)
            worker = await asyncio.to_thread(
                lambda: worker_of(hub, mailer, connections=connections)
            )
            await worker.tick(now)
            await worker.close(now)
            return worker

    return asyncio.run(run())


def states(hub: Hub, edition_id: int) -> dict[str, int]:
    """The counters, checked against the deliveries themselves."""
    counted = {name: n for name, n in asdict(counts(hub, edition_id)).items() if n}
    with hub.db.read() as tx:
        assert deliveries.count_states(tx, edition_id) == counted
    return counted


@dataclass(frozen=True, slots=True)
class _Delivery:
    state: str
    code: int | None
    reply: str


def reply_of(hub: Hub, name: str) -> tuple[str, int | None, str]:
    """State, code and text of the newest delivery to `name` at mail.test."""
    with hub.db.read() as tx:
        found = tx.one(
            _Delivery,
            "SELECT d.state, d.code, d.reply FROM deliveries AS d JOIN subscribers AS s"
            " ON s.id = d.subscriber_id WHERE s.email = :email ORDER BY d.edition_id DESC LIMIT 1",
            email=f"{name}@mail.test",
        )
    assert found is not None
    return found.state, found.code, found.reply


def status_of(hub: Hub, name: str) -> str:
    with hub.db.read() as tx:
        return str(
            tx.scalar(
                "SELECT status FROM subscribers WHERE email = :email", email=f"{name}@mail.test"
            )
        )
