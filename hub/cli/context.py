"""What commands share: the hub they work on, and how they report."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from hub import journal
from hub.errors import Refused
from hub.settings import Settings, from_environment
from hub.site.model import Site
from hub.web.state import Hub, create_hub


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The data folder that the command line named."""

    data: Path

    def settings(self) -> Settings:
        return from_environment(data=self.data)

    @contextmanager
    def open(self) -> Iterator[Hub]:
        """The hub, set up or not; its database is closed at the end."""
        hub = create_hub(self.settings())
        try:
            with journal.acting(journal.Actor(journal.COMMAND, "", hub.now())):
                yield hub
        finally:
            hub.db.close()

    @contextmanager
    def ready(self) -> Iterator[tuple[Hub, Site]]:
        """The hub and its site. Refused when `hub setup` has not run."""
        with self.open() as hub:
            site = hub.site()
            if site.ready_at is None:
                raise Refused("This hub is not set up yet. Run `hub setup` first.")
            yield hub, site


pass_hub = click.make_pass_decorator(CommandContext)


def report(document: object) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def progress(text: str) -> None:
    """Progress goes to stderr, so that stdout stays one document."""
    print(text, file=sys.stderr, flush=True)


def typed_password() -> str:
    """The first line of standard input, for --password-stdin."""
    return sys.stdin.readline().rstrip("\r\n")
