"""What tests of the list share."""

from dataclasses import replace
from datetime import datetime

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.web.state import Hub
from tests.audience.own_place import ADA
from tests.conftest import NOW
from tests.newsletter.cast import subscribe


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(hub: Hub, clock: Clock) -> TestClient:
    return TestClient(create_app(replace(hub, now=clock)), base_url="https://hub.test")


@pytest.fixture
def ada(hub: Hub) -> int:
    return subscribe(hub, ADA)
