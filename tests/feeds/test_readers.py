"""Programs that people read feeds with, each on a hub that runs, with 750 articles."""

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser
import httpx2
import pytest
from aiosmtpd.controller import Controller

from hub.app import create_hub
from hub.content import media
from hub.settings import from_environment
from hub.site import store as sites
from tests import audio as sounds
from tests.conftest import NOW
from tests.journeys.conftest import Inbox, Owner, free_port, serving, set_up
from tests.posts import add

pytestmark = pytest.mark.slow

ARTICLES = 750
PER_FEED = 50
NEWEST = "Tide table 749"
FORMATS = ("feed.xml", "atom.xml", "feed.json")


@dataclass
class Library:
    """A hub that runs and where it is."""

    url: str


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    owner = Owner(
        tmp_path_factory.mktemp("library") / "data",
        {"HUB_SMTP": "outbox", "HUB_BASE_URL": "", "HUB_DATABASE": ""},
    )
    port = free_port()
    set_up(owner, f"http://127.0.0.1:{port}")
    _fill(owner.data)
    with serving(owner, port, "--no-worker"):
        yield Library(f"http://127.0.0.1:{port}")


def _fill(data: Path) -> None:
    hub = create_hub(from_environment({}, data=data))
    sound = media.keep_audio(hub.settings.media, sounds.mp3())
    with hub.db.write() as tx:
        media.record(tx, sound, NOW)
        sites.put(tx, "feed_items", str(PER_FEED))
        for number in range(ARTICLES):
            newest = add(tx, f"tides-{number}", title=f"Tide table {number}", authors=("Ada",))
        tx.execute("UPDATE posts SET audio = :a WHERE id = :id", a=sound.address, id=newest)
    hub.db.close()


def older(url: str) -> str:
    """The archive before a feed's document, or nothing."""
    found = feedparser.parse(httpx2.get(url).content)
    return next((str(one.href) for one in found.feed.links if one.rel == "prev-archive"), "")


def documents(url: str) -> list[str]:
    """The feed's address and those of all its archives."""
    found = [url]
    while address := older(found[-1]):
        found.append(address)
    return found


def run(*command: str | Path, home: Path) -> str:
    """A program with a home of its own; what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, "HOME": str(home), "LC_ALL": "C.UTF-8", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("file", FORMATS[:2])
def test_feedparser_reads_everything_back(library: Library, file: str) -> None:
    titles: list[str] = []
    for address in documents(f"{library.url}/{file}"):
        found = feedparser.parse(httpx2.get(address).content)
        assert not found.bozo
        titles += [entry.title for entry in found.entries]
    # The newest are in the feed and in its last archive.
    assert sorted(set(titles)) == sorted(f"Tide table {n}" for n in range(ARTICLES))


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The library `reader`. Its copy of feedparser asks for `sgmllib`, which feedparser itself
    brings along under a name of its own in newer versions."""
    if importlib.util.find_spec("sgmllib") is None:
        monkeypatch.setitem(sys.modules, "sgmllib", importlib.import_module("feedparser_sgmllib"))
    return pytest.importorskip("reader", reason="the extra `dev`: reader")


@pytest.mark.parametrize("file", FORMATS)
def test_reader_reads_a_feed(library: Library, reader: Any, file: str) -> None:
    with reader.make_reader(":memory:") as mine:
        mine.add_feed(f"{library.url}/{file}")
        mine.update_feeds()
        feed = mine.get_feed(f"{library.url}/{file}")
        entries = list(mine.get_entries())
    assert (feed.title, feed.last_exception) == ("Harbour Notes", None)
    assert len(entries) == PER_FEED
    newest = next(entry for entry in entries if entry.title == NEWEST)
    assert newest.get_content().value == "<p>Some words.</p>"
    (enclosure,) = newest.enclosures
    assert (enclosure.type, enclosure.length) == ("audio/mpeg", len(sounds.mp3()))


def test_reader_reads_everything_back(library: Library, reader: Any) -> None:
    addresses = documents(f"{library.url}/atom.xml")
    with reader.make_reader(":memory:") as mine:
        for address in addresses:
            mine.add_feed(address)
        mine.update_feeds()
        assert all(feed.last_exception is None for feed in mine.get_feeds())
        ids = {entry.id for entry in mine.get_entries()}
    assert len(ids) == ARTICLES


@pytest.mark.parametrize("file", FORMATS[:2])
def test_newsboat_reads_a_feed(library: Library, tmp_path: Path, file: str) -> None:
    program = shutil.which("newsboat")
    if program is None:
        pytest.skip("apt: newsboat")
    (tmp_path / "urls").write_text(f"{library.url}/{file}\n")
    (tmp_path / "config").write_text("")
    own = ("-u", tmp_path / "urls", "-c", tmp_path / "cache.db", "-C", tmp_path / "config")
    run(program, *own, "-x", "reload", home=tmp_path)
    assert run(program, *own, "-x", "print-unread", home=tmp_path).startswith(f"{PER_FEED} ")
    # Again, and nothing is new.
    run(program, *own, "-x", "reload", home=tmp_path)
    assert run(program, *own, "-x", "print-unread", home=tmp_path).startswith(f"{PER_FEED} ")


@pytest.mark.parametrize("file", FORMATS[:2])
def test_rss2email_mails_each_article_once(library: Library, tmp_path: Path, file: str) -> None:
    program = shutil.which("r2e")
    if program is None:
        pytest.skip("apt: rss2email")
    letters, port = Inbox(), free_port()
    server = Controller(letters, hostname="127.0.0.1", port=port)
    (tmp_path / "r2e.cfg").write_text(
        "[DEFAULT]\nto = me@reader.test\nfrom = feeds@reader.test\nuse-8bit = True\n"
        f"email-protocol = smtp\nsmtp-server = 127.0.0.1:{port}\nsmtp-auth = False\n"
    )
    own = (program, "-c", tmp_path / "r2e.cfg", "-d", tmp_path / "r2e.json")
    server.start()
    try:
        run(*own, "add", "harbour", f"{library.url}/{file}", home=tmp_path)
        for _ in range(2):
            run(*own, "run", home=tmp_path)
    finally:
        server.stop()
    mails = letters.to("me@reader.test")
    assert len(mails) == PER_FEED
    subjects = {str(mail["subject"]) for mail in mails}
    assert NEWEST in subjects
    assert len(subjects) == PER_FEED
