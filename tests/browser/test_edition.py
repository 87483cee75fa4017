"""The owner prepares an edition in a real browser, and watches it go."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.test_browser_journeys import fits, log_in
from tests.journeys.conftest import Site, until
from tests.journeys.test_main_job import READER

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEXT = "/admin/newsletter/next/weekly"


def titles(page: Page) -> list[str]:
    return page.locator("section:has(> #articles) > ol .row-title").all_inner_texts()


def arrange(page: Page, title: str, to: str) -> None:
    row = page.locator(".arranged-one", has_text=title)
    with page.expect_navigation():
        row.locator(f"button[value^='{to} ']").click()


def test_an_edition_is_written_arranged_tried_sent_and_watched(page: Page, site: Site) -> None:
    site.owner.hub("subscribers", "add", READER, "--consent", "asked at the quay")
    for title in ("Ropes", "Knots", "Tides"):
        site.owner.write(title)
    log_in(page)
    page.goto(NEXT)
    assert titles(page) == ["Tides", "Knots", "Ropes"]
    arrange(page, "Ropes", "first")
    page.fill("#markdown", "Dear *all*, the quay is open.")
    # What is typed goes along with whatever is pressed.
    arrange(page, "Tides", "hold")
    assert titles(page) == ["Ropes", "Knots"]
    assert page.input_value("#markdown") == "Dear *all*, the quay is open."
    page.fill("#markdown", "Mine")
    # A link takes nothing along, so it asks first.
    page.once("dialog", lambda asked: asked.dismiss())
    page.click(".mail-choices a:has-text('Dark')", no_wait_after=True)
    assert page.input_value("#markdown") == "Mine"
    page.fill("#markdown", "Dear *all*, the quay is open.")
    page.fill("#subject", "From the quay")
    page.click("main form[action$='/intro'] button")
    page.wait_for_selector("dd:has-text('From the quay')")
    assert fits(page)
    for view, ground in (("Dark", "rgb(34, 32, 28)"), ("Light", "rgb(253, 252, 249)")):
        page.click(f".mail-choices a:has-text('{view}')")
        mail = page.frame_locator(".mail-frame")
        assert mail.locator("em").inner_text() == "all"
        column = mail.locator(".column")
        assert column.evaluate("e => getComputedStyle(e).backgroundColor") == ground
    page.click(".mail-choices a:has-text('Plain text')")
    assert "Dear all, the quay is open." in page.inner_text(".mail-text")
    page.fill("#address", "tester@mail.test")
    page.click("main button[formaction*='/test']")
    trial = site.inbox.wait_for("tester@mail.test")
    assert trial["subject"] == "[Test] From the quay"
    assert "the quay is open" in trial.as_string()
    send_now(page)
    assert fits(page)
    page.click(".undo button")
    page.wait_for_url(re.compile(r"/admin/newsletter\?"))
    send_now(page)
    site.owner.hub("newsletter", "cancel")
    # The page sees it by itself.
    page.wait_for_selector(".badge:has-text('cancelled')")
    assert site.inbox.to(READER) == []
    # From the command line it starts at once.
    site.owner.hub("newsletter", "send", "--now")
    page.goto("/admin/newsletter")
    page.click("#past ~ ul .row-title")
    mail_to_reader = site.inbox.wait_for(READER)
    assert mail_to_reader["subject"] == "From the quay"
    # By itself, without being loaded anew by hand.
    page.wait_for_selector(".badge-good:has-text('sent')")
    assert page.locator(".figure:has-text('Accepted') dd").inner_text() == "1"
    assert "the quay is open" in page.inner_text(".intro")
    assert page.locator("#posts ~ ul a").all_inner_texts() == ["Ropes", "Knots"]
    for path in ("/admin/newsletter/past", "/admin/numbers"):
        page.goto(path)
        assert "From the quay" in page.content()
        assert fits(page)
    until(lambda: "the quay is open" in site.browser.get("/newsletter/" + last(page)).text)
    assert "the quay is open" not in site.owner.hub("newsletter", "intro")


def send_now(page: Page) -> None:
    page.goto(NEXT)
    page.click("main a:has-text('Send now')")
    page.click("main form button:has-text('Send it now')")
    page.wait_for_selector(".undo")


def last(page: Page) -> str:
    page.goto("/admin/newsletter/past")
    href = page.locator("tbody .row-title").first.get_attribute("href")
    assert href is not None
    return href.rpartition("/")[2]
