"""The menu on a telephone: every line whole and within reach, however many there are."""

import pytest
from playwright.sync_api import Browser, Page

from hub.app import create_hub
from hub.content.hall import links
from hub.settings import from_environment
from tests.browser.test_browser_journeys import fits
from tests.conftest import NOW
from tests.journeys.conftest import Site, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_WHOLE = """lines => lines.every(line => {
  line.scrollIntoView();
  const box = line.getBoundingClientRect();
  return box.left >= 0 && box.right <= innerWidth && box.top > -1 && box.bottom < innerHeight + 1
    && line.scrollWidth <= line.clientWidth;
})"""


@pytest.fixture
def telephone(chromium: Browser, site: Site) -> Page:
    """A window 390 px wide, without script."""
    context = chromium.new_context(
        base_url=site.url, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    return context.new_page()


def put(site: Site, *labels: str) -> None:
    parts = create_hub(from_environment({}, data=site.owner.data))
    with parts.db.write() as tx:
        for number, label in enumerate(labels):
            links.add(tx, "menu", "address", label=label, address=f"/to/{number}", now=NOW)
    parts.db.close()
    until(lambda: labels[-1] in site.browser.get("/archive").text)


def test_a_short_menu_stands_there_whole(telephone: Page, site: Site) -> None:
    put(site, "About us", "FTP here")
    telephone.goto("/archive")
    lines = telephone.locator(".masthead-menu a")
    assert lines.all_inner_texts() == ["Archive", "Search", "About us", "FTP here"]
    assert lines.evaluate_all(_WHOLE)
    assert fits(telephone)


def test_a_long_menu_opens_by_its_button(telephone: Page, site: Site) -> None:
    put(site, "W" * 60, *(f"Ligne numéro {number} du menu" for number in range(27)))
    telephone.goto("/archive")
    lines = telephone.locator(".masthead-menu a")
    assert not lines.first.is_visible()
    telephone.get_by_role("button", name="Menu").press("Enter")
    assert lines.count() == 30
    assert lines.evaluate_all(_WHOLE)
    assert fits(telephone)
    telephone.get_by_role("button", name="Close").click()
    assert not lines.first.is_visible()
