"""Mail as a server received it: caniemail on its HTML, SpamAssassin and a look at its MIME.

What Gmail, Outlook and Apple Mail lack is either avoided or stands below, with what a reader
sees instead; anything else is grave.
"""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from audit import tools
from audit.finding import Finding
from bench.measure import free_port, run
from demo.__main__ import ARTICLES
from hub.app import create_hub
from hub.audience import consent, signup
from hub.audience.model import Wish
from hub.settings import from_environment
from hub.times import utcnow

PART = "mail"
VERSION = "2.0.2"
CLIENTS = ("gmail.*", "outlook.*", "apple-mail.*")
MOST_POINTS = 0.5
_CLIPPED_AT = 102_400
_LONGEST_LINE = 998

# Feature → what who lacks it sees. Each is lost without harm, by design.
DEGRADES = {
    "@media": "the layout is fluid by itself; small screens keep wider margins",
    "<style> element": "every style is in the tags; media queries alone are lost",
    "color-scheme meta tag": "the program decides about dark mode by itself",
    "color-scheme CSS property": "the program decides about dark mode by itself",
    "display:none": "the hidden line is 1 px high",
    "display": "nothing is laid out with it; pictures are blocks in table cells",
    "opacity": "the hidden line is hidden in three more ways",
    "overflow": "the hidden line is hidden in three more ways",
    "max-height property": "the hidden line is hidden in three more ways",
    "border-radius": "corners are square",
    "aria-label attribute": "the link's own words are read out",
    "role attribute": "tables are announced; their order is that of the text",
    "<body> element": "its ground stands in the outer table too",
    "margin": "only on paragraphs, headings and lists, never negative",
    "text-decoration": "links keep their line",
    "dir attribute": "stands on the outermost element and on each article alone",
    "padding": "where it matters it is a table cell's; the button's is told in mso-padding-alt",
    "background": "colours only",
    "font-size": "in px",
    "height property": "on pictures alone, which have their size in attributes too",
    "height attribute": "sizes are in px",
    "width property": "pictures have their size in attributes, the column in a table for Outlook",
    "width attribute": "sizes are in px; the document asks for 96 dpi",
    "line-height": "a line may be a pixel off; exact lines would cut pictures in them",
    "max-width": "Outlook gets a table of 600 px around the column",
    "border": "three px at most, on table cells, except beside quotations",
    "font-weight": "bold and normal alone",
    "table-layout": "a word without end makes the mail wider",
    "word-break": "a word without end makes the mail wider",
    "white-space": "long lines of code make the mail wider, or break anywhere",
    "text-align": "left, or right where a text runs so; never justified",
    "align attribute": "`center` alone",
    "<ul>, <ol> and <dl>": "lists have the program's own margins",
}

# Rule → why it says nothing about the mail.
NOT_OURS: dict[str, str] = {}

_SCRIPT = """
import { caniemail } from 'MODULE';
import { readFileSync } from 'node:fs';
const { clients, files } = JSON.parse(readFileSync(0, 'utf8'));
const found = {};
for (const file of files) {
  try {
    const { issues } = caniemail({ clients, html: readFileSync(file, 'utf8') });
    for (const kind of ['errors', 'warnings'])
      for (const [client, list] of issues[kind])
        for (const { title } of list) ((found[title] ??= {})[client] = kind);
  } catch (error) {
    // It gives up on a whole mail where it knows nothing of a property.
    found[error.message] = { caniemail: 'errors' };
  }
}
console.log(JSON.stringify(found));
"""


@dataclass
class _Inbox:
    """What a server took, in order."""

    received: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.received.append(bytes(envelope.content))
        return "250 2.0.0 taken"


def findings(scratch: Path) -> Iterator[Finding]:
    """A finding for each feature and rule; one line says what was looked at."""
    package = tools.npm(scratch, "caniemail", VERSION)
    node = tools.debian("node", "nodejs")
    spamassassin = tools.debian("spamassassin", "spamassassin")
    mails = _mails(scratch)
    for name, raw in mails.items():
        for what in structure(raw):
            yield Finding(PART, name, what, grave=True)
        yield from of_scores(name, scores(_judged(spamassassin, raw)))
    yield from of_features(_unsupported(scratch, node, package, mails))
    whole = ", ".join(f"{name} {len(raw) // 1000} kB" for name, raw in mails.items())
    yield Finding(PART, "all mails", f"looked at: {whole}", grave=not mails)


def of_scores(name: str, points: Mapping[str, float]) -> Iterator[Finding]:
    """Each rule of SpamAssassin that costs more than it may, and the sum."""
    for rule, cost in points.items():
        if cost > MOST_POINTS:
            reason = NOT_OURS.get(rule, "")
            what = f"SpamAssassin: {rule} {cost}" + (f" ({reason})" if reason else "")
            yield Finding(PART, name, what, grave=not reason)
    rules = ", ".join(f"{rule} {cost}" for rule, cost in points.items() if cost > 0)
    yield Finding(PART, name, f"SpamAssassin: {sum(points.values()):.1f} ({rules})", grave=False)


def of_features(found: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """What caniemail says: feature → client → `errors` or `warnings`."""
    for feature, clients in sorted(found.items()):
        reason = DEGRADES.get(feature, "")
        who = ", ".join(sorted(clients))
        what = f"not whole in {who}" + (f": {reason}" if reason else "")
        yield Finding(PART, feature, what, grave=not reason)


def structure(raw: bytes) -> Iterator[str]:
    """What is wrong with a message as MIME and as a mail of ours (RFC 5322, 2045, 8058)."""
    message = message_from_bytes(raw, policy=policy.default)
    head = raw.partition(b"\r\n\r\n")[0]
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"):
        if len(message.get_all(name) or []) != 1:
            yield f"it has not one {name}"
    if max(map(len, raw.split(b"\r\n"))) > _LONGEST_LINE:
        yield f"a line is longer than {_LONGEST_LINE} octets"
    if not raw.isascii() or re.search(rb"(?<!\r)\n|\r(?!\n)|\0", raw):
        yield "it is not 7-bit lines that end with CRLF"
    if message.get_content_type() != "multipart/alternative":
        yield f"it is {message.get_content_type()}"
    parts = list(message.iter_parts())
    if [part.get_content_type() for part in parts] != ["text/plain", "text/html"]:
        yield "its parts are not text and HTML, in this order"
    for part in parts:
        if part["Content-Transfer-Encoding"] != "quoted-printable":
            yield f"{part.get_content_type()} is not quoted-printable"
        if part.defects or not str(part.get_content()).strip():
            yield f"{part.get_content_type()} cannot be read"
    yield from _leaving(message, head)
    html = message.get_body(("html",))
    if html is not None and len(str(html.get_content()).encode()) > _CLIPPED_AT:
        yield "Gmail cuts its HTML"


def scores(headers: str) -> dict[str, float]:
    """Rule → points, of what SpamAssassin put into `X-Spam-Scores`."""
    found = re.search(r"^X-Spam-Scores: (.*(?:\n[ \t].*)*)", headers, re.MULTILINE)
    if found is None:
        raise tools.Missing(f"SpamAssassin said nothing: {headers[:200]}")
    pairs = re.findall(r"([A-Z0-9_]+)=(-?[\d.]+)", found[1])
    return {rule: float(points) for rule, points in pairs}


def _leaving(message: EmailMessage, head: bytes) -> Iterator[str]:
    """RFC 8058: both fields or none, the address whole in its line, both signed."""
    if message["List-Id"] is None:
        return
    if not re.search(rb"^List-Unsubscribe: <https://[^>\r\n]+>", head, re.MULTILINE):
        yield "List-Unsubscribe is not one https address in one line"
    if message["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click":
        yield "List-Unsubscribe-Post is not as RFC 8058 says"
    tags = re.sub(r"\s", "", str(message["DKIM-Signature"] or ""))
    signed = (re.search(r";h=([^;]*)", tags) or ["", ""])[1].split(":")
    if not {"list-unsubscribe", "list-unsubscribe-post"} <= set(signed):
        yield "its signature leaves out how to leave"


def _judged(spamassassin: str, raw: bytes) -> str:
    """The headers that SpamAssassin writes, without asking the network."""
    header = "add_header all Scores _TESTSSCORES(,)_"
    command = [spamassassin, "-L", "-t", "-x", "-p", "/dev/null", "--cf", header]
    done = subprocess.run(command, input=raw, capture_output=True, check=True)
    return done.stdout.decode(errors="replace").partition("\n\n")[0]


def _unsupported(
    scratch: Path, node: str, package: Path, mails: Mapping[str, bytes]
) -> dict[str, dict[str, str]]:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        files = []
        for number, raw in enumerate(mails.values()):
            body = message_from_bytes(raw, policy=policy.default).get_body(("html",))
            assert body is not None
            file = Path(folder) / f"{number}.html"
            file.write_text(str(body.get_content()), encoding="utf-8")
            files.append(str(file))
        script = Path(folder) / "check.mjs"
        script.write_text(_SCRIPT.replace("MODULE", (package / "dist" / "index.js").as_uri()))
        asked = json.dumps({"clients": CLIENTS, "files": files})
        done = subprocess.run(
            [node, str(script)], input=asked, capture_output=True, text=True, check=True
        )
    answer: dict[str, dict[str, str]] = json.loads(done.stdout)
    return answer


# The mails.


def _mails(scratch: Path) -> dict[str, bytes]:
    """Each kind of mail to readers by its name, signed, as a server received it."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder, _server() as (inbox, port):
        data = Path(folder) / "data"
        relay = {"HUB_SMTP": f"smtp://127.0.0.1:{port}?starttls=no"}
        _fill(data)
        letter = Path(folder) / "letter.md"
        letter.write_text(_LETTER, encoding="utf-8")
        _ask(data)
        steps = {
            "confirmation": ("worker", "--once"),
            "article": ("newsletter", "test", "clara@readers.test", "--stream=each"),
            "digest": ("newsletter", "send", "--now"),
            "letter": ("newsletter", "letter", str(letter), "--now"),
        }
        made: dict[str, bytes] = {}
        for name, command in steps.items():
            run(data, *command, **relay)
            run(data, "worker", "--once", **relay)
            for raw in inbox.received:
                made[f"{name} ({_language(raw)})"] = raw
            inbox.received.clear()
    return made


def _fill(data: Path) -> None:
    """A hub at an address of the real kind, with readers in both languages, which signs."""
    run(
        data,
        "setup",
        "--title=Atelier Marée",
        "--base-url=https://atelier-maree.test",
        "--email=anouk@atelier-maree.test",
        "--timezone=Europe/Paris",
        "--password-stdin",
        given="correct horse battery staple\n",
    )
    for name, value in (
        ("newsletter_name", "The Saturday Tide"),
        ("sender_name", "Anouk at Atelier Marée"),
        ("postal_address", "Atelier Marée\n4 quai du Port Rhu\n29100 Douarnenez"),
        ("accent_colour", "#0b4f7a"),
        ("dkim", "on"),
    ):
        run(data, "settings", "set", name, value)
    run(data, "doctor", "--make-dkim")
    run(data, "import", str(ARTICLES), "--announce")
    readers = data / "readers.csv"
    readers.write_text(
        "email,name,language\nclara@readers.test,Clara,en\nines@readers.test,Inès,fr\n"
    )
    run(data, "import", str(readers), "--consent=Signed the visitors' book")


def _ask(data: Path) -> None:
    """Somebody asks for the newsletter: a confirmation waits for the worker."""
    settings = from_environment(os.environ, data=data)
    with closing((parts := create_hub(settings)).db), parts.db.write() as tx:
        signup.sign_up(
            tx,
            Wish(email="edith@readers.test", name="", cadence="weekly", language="en", topics=()),
            consent.consent_text(parts.site(), "en"),
            form_url=parts.site().url("/subscribe"),
            network="192.0.2.7",
            now=utcnow(),
        )


@contextmanager
def _server() -> Iterator[tuple[_Inbox, int]]:
    inbox, port = _Inbox(), free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


def _language(raw: bytes) -> str:
    found = re.search(rb'<html lang=3D"(\w+)"', raw)
    return found[1].decode() if found else "?"


_LETTER = """---
title: We close for the spring tides
---

Dear readers,

the yard is **closed** from Friday to Tuesday. What waits on the slip:

- the *Marie-Josèphe*, for her varnish
- two dinghies, for [new ribs](/posts/what-a-plank-remembers)

> Time and tide wait for no man.

## Until then

1. The telephone rings in the workshop.
2. Nobody answers it.

```
while tide.falling(): wait()
```

| day | high water |
|---|---|
| Friday | 05:12 |
| Saturday | 05:58 |
"""
