"""Debian's Chromium, driven by playwright; without it these tests say why they are skipped."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.conftest import Owner, Site, free_port, inbox, owner, serving, set_up, site

__all__ = ["Owner", "Site", "free_port", "inbox", "owner", "serving", "set_up", "site"]

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
OUTPUT = Path(__file__).parents[2] / "test-output"


# Not for the whole session: playwright keeps an event loop running in this thread.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here: apt-get install chromium fonts-dejavu-core")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["wide-light", "narrow-dark"])
def page(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Page]:
    """A page of a reader's or owner's browser on the running hub; no script error is let pass.

    Nothing may leave the site's own origin, and nothing may be wider than the window.
    """
    width, scheme = request.param
    context = chromium.new_context(
        base_url=site.url,
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    tab = context.new_page()
    strangers: list[str] = []
    faults: list[str] = []
    tab.on("request", lambda sent: strangers.append(sent.url) if _foreign(sent.url, site) else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield tab
    OUTPUT.mkdir(exist_ok=True)
    name = re.sub(r"\W+", "-", request.node.name)
    tab.screenshot(path=OUTPUT / f"{name}.png", full_page=True)
    context.close()
    assert not strangers
    assert not faults


def _foreign(url: str, site: Site) -> bool:
    return not url.startswith((site.url, "data:", "about:", "blob:"))
