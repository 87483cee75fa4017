"""What the tests of returns share: a reader who got an edition, its return path, the evidence."""

from datetime import datetime, timedelta

from hub.mail.verp import ReturnPaths
from hub.newsletter import bouncing, claiming, deliveries, editions
from hub.newsletter.deliveries import Result
from hub.newsletter.returns import store, taking
from hub.newsletter.returns.model import BounceEvent, Report, Taken
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import send_out, subscribe

DAY = timedelta(days=1)


def path_of(hub: Hub, edition: int, reader: int) -> str:
    return ReturnPaths(hub.signer).maker("bounces@hub.test")(edition, reader)


def sent(hub: Hub, *, at: datetime = NOW) -> int:
    """An edition that the relay accepted for whoever is on the list; its id."""
    edition = send_out(hub, at)
    with hub.db.write() as tx:
        held = claiming.claim(tx, 1, now=at, limit=1_000)
        results = [
            Result(d.edition_id, d.subscriber_id, "accepted", 250, "2.0.0 ok", at) for d in held
        ]
        bouncing.follow(tx, results, now=at)
        deliveries.record(tx, 1, results)
        editions.finish(tx, edition, at)
    return edition


def mailed(hub: Hub, name: str = "ada", *, at: datetime = NOW) -> tuple[int, int]:
    """A new reader who got an edition: (edition, reader)."""
    reader = subscribe(hub, f"{name}@mail.test")
    return sent(hub, at=at), reader


def bounced(hub: Hub, edition: int, reader: int, status: str = "5.1.1", number: int = 1) -> Report:
    return Report(
        source="dsn",
        event_id=f"{edition}-{reader}-{number}",
        code=550 if status.startswith("5") else 450,
        status=status,
        text=f"{status} told so",
        paths=(path_of(hub, edition, reader),),
    )


def take(hub: Hub, report: Report, *, now: datetime = NOW + DAY) -> Taken:
    with hub.db.write() as tx:
        return taking.take(tx, report, signer=hub.signer, site=hub.site(), now=now)


def evidence(hub: Hub, reader: int) -> list[BounceEvent]:
    """Newest first."""
    with hub.db.read() as tx:
        return store.of_subscriber(tx, reader, limit=100)
