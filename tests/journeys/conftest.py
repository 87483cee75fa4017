"""A hub as its owner runs it: the command, a server process, a real SMTP server."""

import atexit
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiosmtpd.controller import Controller

from hub.db import open_database
from hub.settings import from_environment
from hub.site import store as sites

PASSWORD = "a long enough password"


@dataclass
class Inbox:
    """Every message that the SMTP server accepted, as bytes."""

    received: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        self.received.append((envelope.rcpt_tos[0], bytes(envelope.content)))
        return "250 2.0.0 taken"

    def to(self, address: str) -> list[EmailMessage]:
        """The messages for one reader, oldest first."""
        return [
            message_from_bytes(content, policy=policy.default)
            for recipient, content in self.received
            if recipient == address
        ]

    def wait_for(self, address: str, count: int = 1) -> EmailMessage:
        """The last message for a reader, once there are `count`."""
        until(lambda: len(self.to(address)) >= count)
        return self.to(address)[-1]


@dataclass
class Owner:
    """Runs the `hub` command on one data folder."""

    data: Path
    environment: dict[str, str]

    @property
    def full_environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def hub(self, *arguments: str, given: str | None = None) -> str:
        """A command that must succeed; what it printed on stdout."""
        done = self.try_hub(*arguments, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def try_hub(
        self, *arguments: str, given: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """A command that may be refused."""
        return subprocess.run(
            [sys.executable, "-m", "hub", "--data", str(self.data), *arguments],
            input=given,
            text=True,
            capture_output=True,
            env={**self.full_environment, **environment},
            timeout=60,
        )

    def json(self, *arguments: str) -> Any:
        """The document that a command with --json printed."""
        return json.loads(self.hub(*arguments, "--json"))

    def write(self, title: str, *arguments: str, text: str = "Some words.") -> None:
        """A published article."""
        path = self.data.parent / "article.md"
        path.write_text(f"---\ntitle: {title}\n---\n\n{text}\n", encoding="utf-8")
        self.hub("posts", "new", str(path), "--publish", *arguments)


@dataclass
class Site:
    """A running `hub serve`, and a browser without JavaScript in front of it."""

    owner: Owner
    inbox: Inbox
    url: str
    browser: httpx2.Client


def until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that another process does. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    letters, port = Inbox(), free_port()
    server = Controller(letters, hostname="127.0.0.1", port=port)
    server.start()
    yield letters, port
    server.stop()


@pytest.fixture
def owner(tmp_path: Path, inbox: tuple[Inbox, int]) -> Owner:
    """The owner of a hub that is not set up, with a relay that works."""
    relay = f"smtp://127.0.0.1:{inbox[1]}?starttls=no"
    return Owner(tmp_path / "data", {"HUB_SMTP": relay, "HUB_BASE_URL": "", "HUB_DATABASE": ""})


@pytest.fixture
def site(owner: Owner, inbox: tuple[Inbox, int]) -> Iterator[Site]:
    """A hub that is set up and serves."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    set_up(owner, url)
    with serving(owner, port), httpx2.Client(base_url=url) as browser:
        yield Site(owner, inbox[0], url, browser)


def set_up(owner: Owner, url: str) -> None:
    """On SQLite a copy of a hub that the command set up once, with an address and a key of its
    own."""
    if owner.environment.get("HUB_DATABASE"):
        set_up_by_command(owner, url)
        return
    owner.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(_prepared(), owner.data / _prepared().name)
    settings = from_environment({}, data=owner.data)
    with closing(open_database(settings)) as db, db.write() as tx:
        sites.put(tx, "base_url", url)


@functools.cache
def _prepared() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="hub-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    set_up_by_command(Owner(folder / "data", {"HUB_DATABASE": ""}), "http://127.0.0.1")
    return folder / "data" / "hub.db"


def set_up_by_command(owner: Owner, url: str) -> None:
    owner.hub(
        "setup",
        "--title=Harbour Notes",
        f"--base-url={url}",
        "--email=owner@hub.test",
        "--timezone=Europe/Paris",
        "--password-stdin",
        given=PASSWORD + "\n",
    )


class serving:  # noqa: N801  # used like a function, in `with`
    """`hub serve` on a port for as long as the block runs; `output` is what it printed."""

    def __init__(self, owner: Owner, port: int, *arguments: str) -> None:
        self._command = [sys.executable, "-m", "hub", "--data", str(owner.data), "serve"]
        self._command += [f"--port={port}", *arguments]
        self._environment = owner.full_environment
        self._port = port
        self._log = owner.data.parent / f"serve-{port}.log"

    def __enter__(self) -> "serving":
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=self._environment
            )
        try:
            until(self._answers)
        except BaseException:
            self.process.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.output
        try:
            return httpx2.get(f"http://127.0.0.1:{self._port}/healthz").status_code == 200
        except httpx2.TransportError:
            return False
