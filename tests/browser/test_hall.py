"""The owner arranges menu and home with the keyboard alone."""

import pytest
from playwright.sync_api import Page

from tests.browser.test_browser_journeys import fits, log_in
from tests.journeys.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_FOCUSED = "document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
_NAMED = "[...document.activeElement.labels || []].map(l => l.textContent.trim()).join()"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if name in (page.evaluate(_FOCUSED), page.evaluate(_NAMED)):
            return
    raise AssertionError(f"no way to {name} by Tab")


def press(page: Page, key: str = "Enter") -> None:
    """Press a key that leads to a page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_the_home_is_arranged_by_keyboard(page: Page, site: Site) -> None:
    site.owner.write("The tide tables")
    log_in(page)
    page.goto("/admin/hall")
    tab_to(page, "Move “Search” up")
    press(page)
    # At the top there is only the way down, and the focus is on it.
    assert page.evaluate(_FOCUSED) == "Move “Search” down"
    page.goto("/admin/hall")
    tab_to(page, "Add a section")
    page.keyboard.type("Tex")
    tab_to(page, "Add")
    press(page)
    tab_to(page, "Heading")
    page.keyboard.type("Who we are")
    tab_to(page, "Text")
    page.keyboard.type("We look at **tides**.")
    tab_to(page, "Save")
    press(page)
    tab_to(page, "Move “Who we are” up")
    press(page)
    assert page.evaluate(_FOCUSED) == "Move “Who we are” up"
    press(page)
    assert page.evaluate(_FOCUSED) == "Move “Who we are” down"
    assert fits(page)
    page.goto("/")
    assert fits(page)
    assert page.locator("main h2").all_inner_texts()[:2] == ["Who we are", "New articles, by mail"]
    assert page.inner_text("main .prose strong") == "tides"
    menu = page.locator(".masthead-links a:not(.button)").all_inner_texts()
    assert menu == ["Search", "Archive"]
