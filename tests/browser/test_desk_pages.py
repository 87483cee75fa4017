"""The desk in a real browser: every page fits, has a heading and labels, and opens by the menu."""

import pytest
from playwright.sync_api import Page

from tests.browser.test_browser_journeys import fits, log_in
from tests.journeys.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATHS = (
    "/admin",
    "/admin/posts",
    "/admin/posts/1",
    "/admin/posts/1/delete",
    "/admin/posts/new",
    "/admin/pages",
    "/admin/hall",
    "/admin/hall/menu/search",
    "/admin/hall/sections/latest",
    "/admin/media",
    "/admin/sounds",
    "/admin/addresses",
    "/admin/redirects",
    "/admin/redirects/edit",
    "/admin/subscribers",
    "/admin/subscribers/new",
    "/admin/subscribers/form",
    "/admin/newsletter",
    "/admin/newsletter/next/weekly",
    "/admin/newsletter/past",
    "/admin/newsletter/ledger",
    "/admin/newsletter/segments",
    "/admin/newsletter/segments/new",
    "/admin/newsletter/letters/new",
    "/admin/numbers",
    "/admin/notices",
    "/admin/outbox",
    "/admin/settings",
    "/admin/settings/look",
    "/admin/settings/mail",
    "/admin/settings/welcome/fr",
    "/admin/users",
    "/admin/users/1",
    "/admin/users/new",
    "/admin/tokens",
    "/admin/doctor",
    "/admin/backups",
    "/admin/log",
    "/admin/look",
    "/admin/account",
)
# Controls that no label, text or aria-label names.
NAMELESS = """
() => [...document.querySelectorAll("input:not([type=hidden], [hidden]), select, textarea, button")]
  .filter(e => !(e.labels?.length || e.textContent.trim() || e.ariaLabel))
  .map(e => e.outerHTML)
"""


def test_every_page_of_the_desk_fits_and_names_its_controls(page: Page, site: Site) -> None:
    site.owner.write("A title that is rather long, so that it has to wrap on a telephone")
    log_in(page)
    for path in PATHS:
        page.goto(path)
        assert fits(page), path
        assert page.locator("h1").count() == 1, path
        assert page.evaluate(NAMELESS) == [], path


def test_the_menu_opens_without_a_script(page: Page, site: Site) -> None:
    log_in(page)
    # By the width and not by what is visible yet: logging in is still moving from page to page.
    page.goto("/admin")
    if page.viewport_size and page.viewport_size["width"] < 1000:
        page.click("button[popovertarget]")
    page.locator("nav a[href='/admin/notices']").click()
    page.wait_for_url("**/admin/notices")
    assert page.inner_text("h1") == "Notices"
    assert page.locator("script").count() == 0
