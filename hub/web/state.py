"""What every request can reach: `request.app.state.hub`, put there by create_app."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from starlette.requests import Request

from hub.db import Database, open_database
from hub.mail.dns import Dns
from hub.net import Fetch, body_of
from hub.settings import Settings
from hub.site import store as sites
from hub.site.model import Site
from hub.times import utcnow
from hub.tokens import Signer


class Clock(Protocol):
    def __call__(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Hub:
    """The joined parts of one process."""

    settings: Settings
    db: Database
    signer: Signer
    now: Clock = field(default=utcnow)
    fetch: Fetch = field(default=body_of)
    dns: Dns = field(default_factory=Dns)

    def site(self) -> Site:
        """The owner's options, fresh."""
        with self.db.read() as tx:
            return sites.load(tx, base_url=self.settings.base_url)


def create_hub(settings: Settings) -> Hub:
    """The parts that commands and server share: database and keys."""
    return Hub(settings, open_database(settings), Signer(settings.secret_key))


def hub(request: Request) -> Hub:
    """The parts of the process that answers this request."""
    state: Hub = request.app.state.hub
    return state
