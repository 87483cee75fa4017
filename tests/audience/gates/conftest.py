"""A visitor who signs up, as often as a test likes."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from hub.audience import signup
from hub.audience.consent import consent_text
from hub.audience.gates import store as gates
from hub.audience.gates.model import HeldSignUp, Policy, Visit
from hub.audience.model import Wish
from hub.web import client
from hub.web.state import Hub
from tests.conftest import NOW


@dataclass
class Crowd:
    """Signs people up; each from a network of its own unless the test says otherwise."""

    hub: Hub
    policy: Policy = field(default_factory=Policy)
    now: datetime = NOW
    asked: int = 0

    def sign_up(self, email: str, *, ip: str = "", name: str = "", **visit: bool) -> None:
        self.asked += 1
        ip = ip or f"10.{self.asked >> 8}.{self.asked & 255}.1"
        how = replace(Visit(address=ip, policy=self.policy), **visit)  # type: ignore[arg-type]  # the flags of a visit are the tests' own
        with self.hub.db.write() as tx:
            signup.sign_up(
                tx,
                Wish(email, name, "weekly", ("tides",), "en"),
                consent_text(self.hub.site(), "en"),
                form_url="https://hub.test/",
                network=client.network(ip),
                now=self.now,
                visit=how,
            )

    def later(self, **passed: float) -> None:
        self.now += timedelta(**passed)

    def mailed(self) -> list[str]:
        with self.hub.db.read() as tx:
            return tx.all(str, "SELECT recipient FROM mails ORDER BY id")

    def held(self) -> list[HeldSignUp]:
        with self.hub.db.read() as tx:
            return gates.held(tx, limit=5_000)


@pytest.fixture
def crowd(hub: Hub) -> Crowd:
    return Crowd(hub)
