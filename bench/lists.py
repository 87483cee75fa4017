"""A list of a million people in and out again, while others sign up.

It takes minutes, so it runs only when it is named: `python -m bench list`.
"""

import hashlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Line, family, folder, free_port, hub, resident, set_up
from hub.app import create_hub
from hub.audience import signup
from hub.audience.consent import consent_text
from hub.audience.model import Wish
from hub.settings import from_environment
from hub.times import utcnow
from hub.web.state import Hub
from tests.postgres_server import DURABLE, Server, why_not

PEOPLE = 1_000_000
_BETWEEN_SIGN_UPS = 0.25
_NAMES = ("Ada", "Bob", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jana")
_PLAIN = "email,name,created_at\r\n"
_MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,"
    "CONFIRM_IP,LAST_CHANGED,LEID,EUID,NOTES,TAGS\r\n"
)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Seconds, processor seconds, MB at most, and the longest that a sign-up waited."""

    seconds: float
    processor: float
    memory: float
    waited: float = 0.0


def measure(_articles: Path) -> Iterator[Line]:
    """Both engines; HUB_BENCH_ENGINE names one, HUB_BENCH_READERS how many people."""
    people = int(os.environ.get("HUB_BENCH_READERS") or PEOPLE)
    engine = os.environ.get("HUB_BENCH_ENGINE", "both")
    if engine != "postgres":
        yield from _on("SQLite", people, {})
    if engine == "sqlite":
        return
    if reason := why_not():
        yield Line("the same on PostgreSQL", "not measured", "", reason)
        return
    with closing(Server(DURABLE)) as server:
        yield from _on("PostgreSQL", people, {"HUB_DATABASE": server.url(server.database())})


def _on(engine: str, people: int, environment: Mapping[str, str]) -> Iterator[Line]:
    with folder() as scratch:
        for name, make in (("a plain table", _plain), ("Mailchimp’s", _mailchimp)):
            data = scratch / name.split()[0]
            given = {**environment}
            set_up(data, port=free_port(), **given)
            path = make(scratch / "subscribed.csv", people)
            taken = _watched(data, given, "import", str(path), "--consent", "bench", sign_ups=True)
            yield Line(
                f"{people:,} people in, {name}, {engine}",
                f"{taken.seconds:.0f} s ({taken.processor:.0f} s of processor)",
                "≤ 40 s" if people == PEOPLE else "",
                f"`hub import` of a CSV of {path.stat().st_size / 1e6:.0f} MB",
            )
            yield Line(
                "a sign-up meanwhile, its memory",
                f"waits {taken.waited:.2f} s at most; {taken.memory:.0f} MB at most",
                "< 0.5 s, < 250 MB",
                f"another process signs somebody up every {_BETWEEN_SIGN_UPS} s",
            )
            yield from _out(engine, people, data, given, scratch)
            if environment:
                # One database for both would not be empty for the second.
                return


def _out(
    engine: str, people: int, data: Path, environment: Mapping[str, str], scratch: Path
) -> Iterator[Line]:
    for form in ("csv", "ndjson"):
        target = scratch / f"out.{form}"
        taken = _watched(data, environment, "export", "subscribers", "-o", str(target))
        yield Line(
            f"{people:,} people out as {form}, {engine}",
            f"{taken.seconds:.1f} s ({taken.processor:.1f} s of processor), {taken.memory:.0f} MB",
            "≤ 6 s, < 250 MB" if people == PEOPLE else "< 250 MB",
            f"{target.stat().st_size / 1e6:.0f} MB, with the whole log of each",
        )
        target.unlink()


def _watched(
    data: Path, environment: Mapping[str, str], *arguments: str, sign_ups: bool = False
) -> _Taken:
    """Run a command to its end, and look at it."""
    others = create_hub(from_environment(dict(environment), data=data))
    started, memory, waited, number = time.monotonic(), 0.0, 0.0, 0
    before = os.times()
    with closing(others.db):
        process = subprocess.Popen(
            hub(data, *arguments),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        while process.poll() is None:
            memory = max(memory, sum(resident(pid) for pid in family(process.pid)))
            if sign_ups:
                number += 1
                waited = max(waited, _sign_up(others, number))
            time.sleep(_BETWEEN_SIGN_UPS if sign_ups else 0.05)
    seconds = time.monotonic() - started
    if process.returncode:
        raise RuntimeError(f"{arguments!r} ended with {process.returncode}")
    after = os.times()
    processor = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return _Taken(seconds, processor, memory, waited)


def _sign_up(parts: Hub, number: int) -> float:
    """Seconds that it took."""
    wish = Wish(f"reader@new-{number}.test", "", "weekly", (), "en")
    text = consent_text(parts.site(), "en")
    started = time.monotonic()
    with parts.db.write() as tx:
        signup.sign_up(tx, wish, text, form_url="", network=f"n{number}", now=utcnow())
    return time.monotonic() - started


def _address(number: int) -> str:
    """In no order, as people join."""
    digest = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
    return f"{_NAMES[number % 10].lower()}.{digest[:8]}@example{int(digest[:6], 16) % 5000}.org"


def _plain(path: Path, people: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_PLAIN)
        for n in range(people):
            file.write(f"{_address(n)},{_NAMES[n % 10]} Lovelace{n % 977},{_moment(n)}\r\n")
    return path


def _mailchimp(path: Path, people: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_MAILCHIMP)
        for n in range(people):
            file.write(
                f"{_address(n)},{_NAMES[n % 10]},Lovelace{n % 977},2,{_moment(n)},192.0.2.1,"
                f'{_moment(n)},192.0.2.1,{_moment(n)},{n},a{n},,"""Harbour"",""Ropes"""\r\n'
            )
    return path


def _moment(number: int) -> str:
    return f"2024-01-{number % 27 + 1:02} 10:{number % 60:02}:07"
