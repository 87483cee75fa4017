"""The site that is looked at: the demonstration hub, served, with an address for every page."""

import html
import json
import re
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from starlette.routing import Match, Route

from bench.measure import free_port, hub, program, run
from demo.__main__ import OWNER, fill
from hub.app import create_hub, routes
from hub.content.hall import sections
from hub.content.hall import store as hall_store
from hub.content.hall.model import Card
from hub.db import Transaction
from hub.settings import from_environment
from hub.times import utcnow
from hub.users import accounts, one_time_links
from hub.web.state import Hub

_NOTICE = "## Who we are\n\nAtelier Marée, 4 quai du Port Rhu.\n\n| a | b |\n|---|---|\n| 1 | 2 |"
_SETTINGS = {
    "posts_per_page": "4",
    "legal_notice": _NOTICE,
    "privacy_notice": "We keep your address until you leave.",
}
# Addresses of the desk that give no page of the desk: mail as it was sent, and data.
_NO_PAGE = re.compile(r"/(html|raw|logout|[\w]+\.(json|csv|ndjson|txt|svg|png))$")
# Of many readers, articles and mails these are enough.
OF_EACH = 2


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the site: with a `form` it is what comes back when that was sent."""

    path: str
    form: Mapping[str, str] | None = None
    desk: bool = False

    @property
    def name(self) -> str:
        return f"{'GET' if self.form is None else 'POST'} {self.path}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A running hub: its address, its pages, the cookie (`name=value`) of its owner, its data."""

    base: str
    cookie: str
    pages: tuple[Page, ...]
    data: Path

    def fetch(self, page: Page) -> tuple[str, bytes]:
        """Content type and body of a page, whatever its status is."""
        request = urllib.request.Request(self.base + page.path, data=_encoded(page.form))
        if page.desk:
            request.add_header("cookie", self.cookie)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.headers["content-type"], answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.headers["content-type"], error.read()


@contextmanager
def shown(scratch: Path) -> Iterator[Shown]:
    """The demonstration under `scratch` (filled by the first who asks), served while this lasts."""
    data, note = scratch / "hub", scratch / "hub.json"
    fresh = not note.exists()
    if fresh:
        port = free_port()
        password = fill(data, port=port)
        for name, value in _SETTINGS.items():
            run(data, "settings", "set", name, value)
        note.write_text(json.dumps({"password": password, "port": port}), encoding="utf-8")
    # The same port for every part: mail that was sent names pictures by their whole address.
    noted = json.loads(note.read_text(encoding="utf-8"))
    password, port = noted["password"], noted["port"]
    base = f"http://127.0.0.1:{port}"
    with (
        program(hub(data, "serve", f"--port={port}"), port=port, HUB_BASE_URL=base),
        closing(_opened(data)) as parts,
    ):
        if fresh:
            _come_and_go(base, parts)
        cookie = _log_in(base, password)
        yield Shown(base, cookie, (*_public(base, parts), *_desk(base, cookie, parts)), data)


@contextmanager
def speaking(site: Shown, language: str) -> Iterator[None]:
    """The site, whose language is English else, in another one."""
    run(site.data, "settings", "set", "language", language)
    try:
        yield
    finally:
        run(site.data, "settings", "set", "language", "en")


def _opened(data: Path) -> "_Opened":
    return _Opened(create_hub(from_environment({}, data=data)))


class _Opened:
    """The hub's own parts, for links that only it can sign."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def close(self) -> None:
        self.hub.db.close()

    def link(self, purpose: str, number: int) -> str:
        return f"/{purpose}/{self.hub.signer.sign(purpose, number)}"


def _come_and_go(base: str, parts: _Opened) -> None:
    """Two sign up, of whom the second confirms; the fourth reader of the list leaves."""
    for path, form in (
        ("/subscribe", {"email": "first@readers.test"}),
        ("/subscribe", {"email": "second@readers.test"}),
        (parts.link("confirm", 2), {}),
        (parts.link("unsubscribe", 4), {}),
    ):
        with urllib.request.urlopen(base + path, _encoded(form)):
            pass


def _public(base: str, parts: _Opened) -> Iterator[Page]:
    """Every page that a visitor can see, in every state that it has."""
    with urllib.request.urlopen(f"{base}/archive") as archive:
        articles = sorted(set(re.findall(r'href="(/posts/[^"]+)"', archive.read().decode())))
    for path in ("/", "/?page=2", "/archive", *articles, "/about", "/newsletter", "/newsletter/1"):
        yield Page(path)
    with urllib.request.urlopen(base + articles[0]) as article:
        linked = set(re.findall(r'href="(/(?:topics|authors)/[^"]+)"', article.read().decode()))
    for path in sorted(linked):
        yield Page(path)
    for query in ("", "?q=tide", "?q=nothing+of+it", "?q=the&page=2"):
        yield Page(f"/search{query}")
    for path in ("/no-such-page", "/posts/no-such-page", "/newsletter/999", *_without_slots(base)):
        yield Page(path)
    yield Page("/subscribe", {"email": "not an address", "name": "Ada <i>"})
    yield Page("/subscribe", {"email": "ada@readers.test"})
    yield from _personal(parts)


def _without_slots(base: str) -> Iterator[str]:
    """Whatever else the app has for visitors, as far as it is a page."""
    paths = {route.path for route in routes() if isinstance(route, Route)}
    for path in sorted(paths - {"/", "/archive", "/search", "/newsletter"}):
        if "{" not in path and not path.startswith(("/admin", "/setup")):
            try:
                with urllib.request.urlopen(base + path) as answer:
                    if answer.headers["content-type"].startswith("text/html"):
                        yield path
            except urllib.error.HTTPError as error:
                # Such as a challenge that nobody asks for; what is broken is said.
                if error.code != 404:
                    raise


def _personal(parts: _Opened) -> Iterator[Page]:
    """The pages behind the links of mails."""
    yield Page(parts.link("confirm", 1))
    yield Page(parts.link("confirm", 2))
    yield Page(parts.link("confirm", 999))
    yield Page(parts.link("unsubscribe", 3))
    yield Page(parts.link("unsubscribe", 4))
    choices = parts.link("preferences", 3)
    yield Page(choices)
    yield Page(choices, {"paused_until": "yesterday"})
    yield Page(choices, {"cadence": "weekly", "name": "Ada"})
    yield Page("/unsubscribe/no-such-link")


def _desk(base: str, cookie: str, parts: _Opened) -> Iterator[Page]:
    """Every page behind the log-in that links lead to, and what refused forms bring back."""
    with parts.hub.db.write() as tx:
        owner = accounts.find(tx, OWNER)
        forgotten = one_time_links.make(tx, "password", owner.id if owner else None, utcnow())
        fresh = one_time_links.make(tx, "setup", None, utcnow())
        _arrange(tx)
    yield Page(f"/admin/password/{forgotten}")
    yield Page(f"/setup/{fresh}")
    yield Page(f"/setup/{fresh}/account")
    # Who is logged in is not shown the ways in.
    for path in ("/admin/login", "/admin/password"):
        yield Page(path)
    for path in _linked(Shown(base, cookie, (), parts.hub.settings.data), "/admin"):
        yield Page(path, desk=True)
    yield Page("/admin/login", {"email": OWNER, "password": "a wrong one"})
    yield Page("/admin/posts/new", {"title": "", "markdown": "Some *words*."}, desk=True)
    yield Page("/admin/posts/preview", {"title": "A", "markdown": "Some *words*."}, desk=True)
    yield Page("/admin/settings", {"title": ""}, desk=True)
    refused = {"what": "address", "label": "Shop", "address": "javascript:alert(1)"}
    yield Page("/admin/hall/menu/new", refused, desk=True)
    yield Page("/admin/posts/no-such-page", desk=True)
    yield Page("/admin/posts?status=draft&done=saved", desk=True)


def _arrange(tx: Transaction) -> None:
    """A home with a section of each kind, once."""
    if "home" in hall_store.arranged(tx):
        return
    for kind in ("chosen", "topic", "text", "cards"):
        made = sections.add(tx, kind, now=utcnow(), posts_per_page=4)
        if kind == "cards":
            sections.put_card(tx, Card(0, made.id, "Boat storage", "In the dry.", "/about", ""))


def _linked(site: Shown, start: str) -> list[str]:
    """The pages of the desk that links lead to from `start`, a few of each route."""
    found, seen = [start], {start}
    of_route: Counter[str] = Counter()
    for path in found:
        content_type, body = site.fetch(Page(path, desk=True))
        if not content_type.startswith("text/html"):
            continue
        for link in re.findall(r'(?:href|src)="(/admin[^"#]*)', body.decode()):
            address = html.unescape(link)
            route = _route_of(address.partition("?")[0])
            if address in seen or route is None or _NO_PAGE.search(route):
                continue
            seen.add(address)
            of_route[route] += 1
            if of_route[route] <= OF_EACH:
                found.append(address)
    return found


def _route_of(path: str) -> str | None:
    """The pattern of the route that answers a GET of this address; None: that is not for pages."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    matching = (r for r in routes() if isinstance(r, Route) and r.matches(scope)[0] is Match.FULL)
    return next((route.path for route in matching if route.path.startswith("/admin")), None)


def _log_in(base: str, password: str) -> str:
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(f"{base}/admin/login", _encoded({"email": OWNER, "password": password})):
        pass
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _encoded(form: Mapping[str, str] | None) -> bytes | None:
    return None if form is None else urlencode(form).encode()
