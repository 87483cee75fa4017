"""The Nu validator on every page of the site and the desk: no error."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audit import tools
from audit.finding import Finding
from audit.shown import shown
from bench.measure import free_port

PART = "markup"
VERSION = "26.9.27"
# Safari takes a list without bullets for none, unless it is told.
_WANTED = "The “list” role is unnecessary for element"
_START_SECONDS = 60.0
_JAVA = ("-Xss1m", "-Xmx512m", "-Dnu.validator.servlet.bind-address=127.0.0.1")


def findings(scratch: Path) -> Iterator[Finding]:
    """Errors are grave, warnings are not; one line says how many pages were read."""
    jar = tools.npm(scratch, "vnu-jar", VERSION) / "build" / "dist" / "vnu.jar"
    with shown(scratch) as site, _validator(jar) as validator:
        read = 0
        for page in site.pages:
            content_type, body = site.fetch(page)
            if not content_type.startswith("text/html"):
                continue
            read += 1
            for message in _messages(validator, body):
                if not message["message"].startswith(_WANTED):
                    yield of_message(page.name, message)
        yield Finding(PART, "all pages", f"{read} were read", grave=read == 0)


def of_message(subject: str, message: Mapping[str, Any]) -> Finding:
    """What one of the validator's messages (its JSON) says about a page."""
    place = f" (line {message['lastLine']})" if "lastLine" in message else ""
    piece = " ".join(str(message.get("extract", "")).split())
    what = f"{message['message']}{place}: {piece}" if piece else f"{message['message']}{place}"
    return Finding(PART, subject, what, grave=message["type"] != "info")


@contextmanager
def _validator(jar: Path) -> Iterator[str]:
    """The address of a validator: one Java machine for all pages."""
    java, port = tools.debian("java", "default-jre-headless"), free_port()
    process = subprocess.Popen(
        [java, *_JAVA, "-cp", str(jar), "nu.validator.servlet.Main", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise tools.Missing("the Nu validator did not start")


def _messages(validator: str, body: bytes) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        f"{validator}?out=json", body, {"Content-Type": "text/html; charset=utf-8"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: list[dict[str, Any]] = json.load(answer)["messages"]
    return found
