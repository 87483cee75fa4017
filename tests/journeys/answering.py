"""Which process answers: asked over a fresh connection, as browsers do all day."""

import http.client
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.measure import family

LOCALHOST = "0100007F"


@dataclass(frozen=True)
class Answer:
    """What a process of `hub serve` said."""

    process: int
    status: int
    text: str
    cookie: str


def ask(
    server: int, port: int, path: str, form: Mapping[str, str] | None = None, cookie: str = ""
) -> Answer:
    """GET, or POST of a form, to the server whose first process is `server`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(
            "GET" if form is None else "POST",
            path,
            None if form is None else urlencode(form),
            {"cookie": cookie, "content-type": "application/x-www-form-urlencoded"},
        )
        mine = connection.sock.getsockname()[1]
        response = connection.getresponse()
        process = _holder(server, port, mine)
        given = (response.getheader("set-cookie") or "").partition(";")[0]
        return Answer(process, response.status, response.read().decode(), given)
    finally:
        connection.close()


def _holder(server: int, port: int, client: int) -> int:
    """The process that holds the other end of a connection."""
    ends = (f"{LOCALHOST}:{port:04X}", f"{LOCALHOST}:{client:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (fields[1], fields[2]) == ends:
            return next(pid for pid in family(server) if f"socket:[{fields[9]}]" in _open(pid))
    raise AssertionError("the connection was closed already")


def _open(process: int) -> Iterator[str]:
    for entry in Path(f"/proc/{process}/fd").iterdir():
        try:
            yield str(entry.readlink())
        except OSError:
            continue
