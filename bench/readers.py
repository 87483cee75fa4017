"""32 readers of a hub that does other work: an import and a newsletter, or texts that hang."""

import http.client
import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from bench.measure import Line, fetch, folder, free_port, hub, program, run, set_up
from bench.sending import ARTICLES, announce, sink

READERS = 32
SECONDS = 8
SUBSCRIBERS = 60_000
# Articles that are there before; the whole folder comes in while readers read.
BEFORE = 60
_AUTHORS = 4
_PASSWORD = "correct horse battery staple"  # what measure.set_up gives the owner
# Each reader takes his time; without a pause they are as fast as the server lets them.
_SCRIPT = """
local paths = {{ {paths} }}
math.randomseed(os.time())
request = function() return wrk.format("GET", paths[math.random(#paths)]) end
{pause}
"""
_PAUSE = "delay = function() return math.random(20, 80) end"
_LATENCY = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)$", re.MULTILINE)
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Waited:
    """Milliseconds that half of the answers, and all but one in a hundred, took at most."""

    half: float
    most: float
    rate: float


def measure(articles: Path) -> Iterator[Line]:
    """Readers alone, beside an import and a newsletter, and beside authors of hostile texts."""
    if shutil.which("wrk") is None:
        yield Line("32 readers beside other work", "not measured", "p99 < 50 ms", "apt: wrk")
        return
    chosen = sorted(articles.rglob("*.md"))
    with folder() as root, sink() as relay:
        data, port = root / "data", free_port()
        smtp = f"smtp://127.0.0.1:{relay}?starttls=no"
        set_up(data, port=port)
        _some(root / "before", chosen[:BEFORE])
        run(data, "import", str(root / "before"))
        _subscribe(data)
        serve = program(hub(data, "serve", f"--port={port}"), port=port, HUB_SMTP=smtp)
        with serve:
            readers = _Readers(root, f"http://127.0.0.1:{port}")
            for name, pause in (("who take their time", _PAUSE), ("without a pause", "")):
                yield _line(f"{READERS} readers {name}, nothing else", readers(pause), "")
            for name, pause in (("who take their time", _PAUSE), ("without a pause", "")):
                work = root / name.replace(" ", "-")
                with _import_and_newsletter(data, work, chosen) as done:
                    waited = readers(pause)
                    beside = done()
                yield _line(f"the same {name}, beside an import and a newsletter", waited, beside)
            with _authors(port) as tried:
                waited = readers(_PAUSE)
                beside = f"{_AUTHORS} authors send 20 kB of `[` all the time, {tried()} times"
            yield _line("the same who take their time, beside hostile texts", waited, beside)


def _line(what: str, waited: Waited, beside: str) -> Line:
    figure = f"p50 {waited.half:.1f} ms, p99 {waited.most:.1f} ms, {waited.rate:,.0f}/s"
    how = f"`wrk -t1 -c{READERS} -d{SECONDS}s` over home, archive, topics, feeds and articles"
    return Line(what, figure, "p99 < 50 ms", f"{how}; {beside}" if beside else how)


class _Readers:
    """wrk, over pages of the site chosen by chance."""

    def __init__(self, root: Path, base: str) -> None:
        self._root, self._base = root, base
        archive = fetch(f"{base}/archive").decode()
        articles = re.findall(r'href="(/posts/[^"]+)"', archive)[:20]
        topics = re.findall(r'href="(/topics/[^"]+)"', fetch(base).decode())[:3]
        self._paths = ["/", "/", "/archive", "/feed.xml", "/atom.xml", *topics, *articles]
        for path in self._paths:
            fetch(base + path)

    def __call__(self, pause: str) -> Waited:
        script = self._root / "readers.lua"
        quoted = ", ".join(f'"{path}"' for path in self._paths)
        script.write_text(_SCRIPT.format(paths=quoted, pause=pause), encoding="utf-8")
        command = ["wrk", "-t1", f"-c{READERS}", f"-d{SECONDS}s", "--latency", "-s", str(script)]
        done = subprocess.run([*command, self._base], check=True, capture_output=True, text=True)
        if "Non-2xx" in done.stdout or "timeout" in done.stdout:
            raise RuntimeError(done.stdout)
        found = {n: float(taken) * _UNITS[unit] for n, taken, unit in _LATENCY.findall(done.stdout)}
        rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
        assert rate is not None
        return Waited(found["50"], found["99"], float(rate[1]))


@contextmanager
def _import_and_newsletter(
    data: Path, work: Path, articles: list[Path]
) -> Iterator[Callable[[], str]]:
    """An import of everything and an edition that goes out; what each of them did meanwhile."""
    work.mkdir()
    _some(work / "articles", articles)
    own = sorted((work / "articles").iterdir())
    announce(work / "announced", own[:ARTICLES], data, {})
    run(data, "newsletter", "send", "--now")
    importing = subprocess.Popen(
        hub(data, "import", str(work)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    # It reads every file's head before it writes the first article.
    time.sleep(2)
    before = _accepted(data)

    def done() -> str:
        end = "was not done then" if importing.poll() is None else "was done before"
        return f"an import of {len(articles)} that {end}, {_accepted(data) - before:,} newsletters"

    try:
        yield done
    finally:
        importing.wait()


def _accepted(data: Path) -> int:
    return int(json.loads(run(data, "newsletter", "status", "--json"))[0]["deliveries"]["accepted"])


@contextmanager
def _authors(port: int) -> Iterator[Callable[[], int]]:
    """More authors than there are processes that render, each sending what cannot be rendered."""
    ending = threading.Event()
    tried: list[int] = []
    form = urlencode({"title": "x", "markdown": "[" * 20_000})

    def write() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        login = urlencode({"email": "owner@bench.test", "password": _PASSWORD})
        connection.request("POST", "/admin/login", login, headers)
        answer = connection.getresponse()
        answer.read()
        cookie = SimpleCookie(answer.headers["set-cookie"])
        headers["cookie"] = "; ".join(f"{name}={m.value}" for name, m in cookie.items())
        while not ending.is_set():
            connection.request("POST", "/admin/posts/new", form, headers)
            answer = connection.getresponse()
            answer.read()
            tried.append(answer.status)
        connection.close()

    with ExitStack() as stack:
        for _ in range(_AUTHORS):
            author = threading.Thread(target=write, daemon=True)
            author.start()
            stack.callback(author.join)
        stack.callback(ending.set)
        time.sleep(1)
        yield lambda: len(tried)


def _subscribe(data: Path) -> None:
    file = data / "readers.csv"
    file.write_text("email\n" + "".join(f"r{n}@readers.test\n" for n in range(SUBSCRIBERS)))
    run(data, "import", str(file), "--consent=made for the bench")


def _some(target: Path, articles: list[Path]) -> None:
    """A folder of these under names of its own, so that they are new to the hub."""
    target.mkdir()
    for path in articles:
        shutil.copy(path, target / f"{target.parent.name}-{target.name}-{path.name}")
