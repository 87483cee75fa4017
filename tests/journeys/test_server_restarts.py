"""PostgreSQL crashes and comes back while readers sign up: nobody restarts the hub, and
nothing that was acknowledged is lost."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import httpx2
import pytest

from tests.conftest import TEMPLATE
from tests.journeys.conftest import Inbox, Owner, free_port, serving, set_up, until
from tests.postgres_server import Server

pytestmark = pytest.mark.slow

CRASHES = 3
# Each crash comes in the middle of sign-ups that succeed.
BETWEEN = 25


@dataclass
class Crowd:
    """Readers who sign up one after another, and what they were told."""

    url: str
    told: dict[str, int] = field(default_factory=dict)
    retry_after: set[str | None] = field(default_factory=set)
    enough: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=count)

    def sign_up(self) -> None:
        """Until it is enough. Each reader comes from a network of their own."""
        with httpx2.Client(base_url=self.url, timeout=30) as browser:
            while not self.enough.is_set():
                n = next(self.numbers)
                address = f"reader{n}@mail.test"
                answer = browser.post(
                    "/subscribe",
                    data={"email": address},
                    headers={"x-forwarded-for": f"10.{n >> 8}.{n & 255}.1"},
                )
                self.told[address] = answer.status_code
                if answer.status_code == 503:
                    self.retry_after.add(answer.headers.get("retry-after"))

    def how_many(self, status: int) -> int:
        return Counter(self.told.values())[status]

    def wait_for_more(self, status: int, more: int) -> None:
        wanted = self.how_many(status) + more
        until(lambda: self.how_many(status) >= wanted, 60)


@pytest.fixture
def owner(owner: Owner, postgres: Server) -> Iterator[Owner]:
    name = postgres.database(TEMPLATE)
    more = {"HUB_DATABASE": postgres.url(name), "HUB_TRUSTED_PROXIES": "127.0.0.1"}
    yield replace(owner, environment={**owner.environment, **more})
    postgres.drop(name)


def test_every_acknowledged_sign_up_outlives_crashes(
    owner: Owner, postgres: Server, inbox: tuple[Inbox, int]
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    set_up(owner, url)
    # A crowd at one mail domain would wait for the owner after the first hundred.
    owner.hub("settings", "set", "sign_ups_per_domain", "10000")
    crowd = Crowd(url)
    readers = [threading.Thread(target=crowd.sign_up) for _ in range(3)]
    with serving(owner, port) as server, httpx2.Client(base_url=url) as visitor:
        for reader in readers:
            reader.start()
        try:
            for _ in range(CRASHES):
                crowd.wait_for_more(200, BETWEEN)
                home = visitor.get("/").content
                postgres.halt()
                try:
                    crowd.wait_for_more(503, 3)
                    assert visitor.get("/").content == home
                    away = visitor.get("/archive")
                    assert (away.status_code, away.headers["retry-after"]) == (503, "5")
                finally:
                    postgres.start()
            crowd.wait_for_more(200, BETWEEN)
        finally:
            crowd.enough.set()
            for reader in readers:
                reader.join()
        acknowledged = {address for address, status in crowd.told.items() if status == 200}
        until(lambda: acknowledged <= {to for to, _ in inbox[0].received}, 60)
        assert server.process.poll() is None
    assert set(crowd.told.values()) == {200, 503}
    assert crowd.retry_after == {"5"}
    listed = owner.hub("export", "subscribers", "--format=csv").splitlines()[1:]
    assert acknowledged <= {line.split(",")[0] for line in listed}
    letters = Counter(to for to, _ in inbox[0].received)
    assert {letters[address] for address in acknowledged} == {1}
