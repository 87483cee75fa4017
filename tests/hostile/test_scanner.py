"""A scanner reads the mail before its reader does, and a flood comes to the form."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience import signup, store
from hub.audience.consent import consent_text
from hub.audience.gates import store as gates
from hub.audience.gates.model import Visit
from hub.audience.model import Wish
from hub.errors import TooMany
from hub.newsletter import planning
from hub.web import client
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import outbox, press, publish, subscribe, tick

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

SITE = "https://hub.test"
_URL = re.compile(r"https?://[^\s\"'<>)\]]+")
# What scanners run their browsers as, and what they say.
BROWSER = {"user-agent": "Mozilla/5.0", "sec-fetch-mode": "navigate", "sec-fetch-site": "none"}
PENDING, ACTIVE = "ada@reader.test", "bob@reader.test"


class Page(HTMLParser):
    """The links of a page, and its forms with every field."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str, list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "a" and has.get("href"):
            self.links.append(has["href"] or "")
        elif tag == "form":
            self.forms.append((has.get("method") or "get", has.get("action") or "", []))
        elif tag in ("input", "select", "textarea", "button") and self.forms and has.get("name"):
            self.forms[-1][2].append(has["name"] or "")


def mails(hub: Hub, to: str) -> list[str]:
    """What was sent to an address, header and both parts as text."""
    found = []
    for raw in outbox(hub):
        mail = message_from_bytes(raw, policy=policy.default)
        if mail["To"] == to:
            parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
            found.append("\n".join([*(str(value) for value in mail.values()), *parts]))
    return found


class Scanner:
    """Asks for everything that it finds, two pages deep, and fills in every form but presses no
    button: those that post are sent as a question, and those to subscribe as a program would."""

    def __init__(self, hub: Hub) -> None:
        self.client = TestClient(
            create_app(hub), base_url=SITE, headers=BROWSER, follow_redirects=True
        )
        self.seen: set[str] = set()

    def scan(self, text: str, address: str) -> None:
        for url in _URL.findall(text):
            self.visit(url, address, depth=2)

    def visit(self, url: str, address: str, *, depth: int) -> None:
        url = url.partition("#")[0]
        if not url.startswith(SITE) or url in self.seen:
            return
        self.seen.add(url)
        for _ in range(2):
            self.client.head(url)
            answer = self.client.get(url)
            self.client.options(url)
        assert answer.status_code < 500, url
        if depth and "text/html" in answer.headers.get("content-type", ""):
            page = Page(answer.text)
            for link in page.links:
                self.visit(urljoin(url, link), address, depth=depth - 1)
            for method, action, names in page.forms:
                self.submit(urljoin(url, action), method, dict.fromkeys(names, address))

    def submit(self, url: str, method: str, fields: dict[str, str]) -> None:
        self.client.get(f"{url.partition('?')[0]}?{urlencode(fields)}")
        if urlsplit(url).path == "/subscribe":
            for _ in range(2):
                self.client.post(url, data=fields)
                self.client.post(url, data={"email": fields["email"]})
        elif method == "post":
            # From a page of its own, as a sandbox shows them.
            fenced = {"sec-fetch-site": "cross-site", "origin": "null"}
            if not urlsplit(url).path.startswith("/unsubscribe/"):
                assert self.client.post(url, data=fields, headers=fenced).status_code == 403


@pytest.fixture
def town(hub: Hub) -> Hub:
    parts = replace(hub, now=lambda: NOW)
    subscribe(hub, ACTIVE, name="Bob")
    publish(hub, "The tide tables")
    reader = TestClient(create_app(parts), base_url=SITE)
    assert reader.post("/subscribe", data={"email": PENDING}).status_code == 200
    with hub.db.write() as tx:
        planning.send_now(tx, press(hub), "weekly", NOW)
    while tick(parts):
        pass
    return parts


def status(hub: Hub, email: str) -> str:
    with hub.db.read() as tx:
        person = store.by_email_key(tx, email)
    return person.status if person else "gone"


def test_a_scanner_confirms_nobody_unsubscribes_nobody_and_mails_nobody_again(town: Hub) -> None:
    ((asked,), (sent,)) = mails(town, PENDING), mails(town, ACTIVE)
    scanner = Scanner(town)
    scanner.scan(asked, PENDING)
    scanner.scan(sent, ACTIVE)
    kinds = {urlsplit(url).path.split("/")[1] for url in scanner.seen}
    assert {"confirm", "unsubscribe", "preferences", "posts", "newsletter", "subscribe"} <= kinds
    while tick(town):
        pass
    assert (status(town, PENDING), status(town, ACTIVE)) == ("pending", "active")
    assert (len(mails(town, PENDING)), len(mails(town, ACTIVE))) == (1, 1)
    assert len(outbox(town)) == 2
    # The links that the scanner went through still do what their readers press them for.
    for text, purpose, email, becomes in (
        (asked, "confirm", PENDING, "active"),
        (sent, "unsubscribe", ACTIVE, "unsubscribed"),
    ):
        link = next(url for url in _URL.findall(text) if f"/{purpose}/" in url)
        assert TestClient(create_app(town), base_url=SITE).post(link).status_code == 200
        assert status(town, email) == becomes


def test_a_flood_from_few_networks_to_one_domain_reaches_few(hub: Hub) -> None:
    text, refused = consent_text(hub.site(), "en"), 0
    for n in range(2_000):
        ip = f"192.0.{n % 5}.{n // 5 % 200 + 1}"
        wish = Wish(f"victim{n}@target.test", "Win", "weekly", (), "en")
        try:
            with hub.db.write() as tx:
                signup.sign_up(
                    tx,
                    wish,
                    text,
                    form_url="",
                    network=client.network(ip),
                    now=NOW,
                    visit=Visit(ip),
                )
        except TooMany:
            refused += 1
    # Beside the flood, somebody comes from elsewhere.
    reader = TestClient(create_app(replace(hub, now=lambda: NOW)), base_url=SITE)
    assert reader.post("/subscribe", data={"email": PENDING}).status_code == 200
    with hub.db.read() as tx:
        mailed = tx.all(str, "SELECT recipient FROM mails")
        waiting = gates.count_held(tx, most=10_000)
    assert PENDING in mailed
    assert len(mailed) == len(set(mailed)) == 120 + 1
    assert (waiting, refused) == (5 * 60 - 120, 2_000 - 5 * 60)
