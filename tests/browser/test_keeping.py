"""The look that is drawn while it is chosen, and somebody invited, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_browser_journeys import fits, log_in
from tests.journeys.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_look_is_drawn_while_it_is_chosen(page: Page, site: Site) -> None:
    site.owner.write("The tide tables")
    log_in(page)
    page.goto("/admin/settings/look")
    frame = page.frame_locator("#look-frame")
    expect(frame.locator("h1")).to_be_visible()

    def drawn(mark: str) -> None:
        expect(frame.locator(f"link[href*='{mark}']")).to_have_count(1)

    drawn("themes/default/light/site.css")
    page.select_option("#theme", "workshop")
    drawn("themes/workshop/light/site.css")
    page.fill("#accent_colour", "#7a2e4d")
    drawn("colours/7a2e4d/light/accent.css")
    page.locator(".colour-well").fill("#1d4e89")
    expect(page.locator("#accent_colour")).to_have_value("#1d4e89")
    drawn("colours/1d4e89/light/accent.css")
    page.check("input[value='dark']")
    drawn("colours/1d4e89/dark/accent.css")
    page.check("input[value='article']")
    expect(frame.locator("h1")).to_have_text("The tide tables")
    assert fits(page)
    page.goto("/")
    assert page.locator("link[href*='accent.css']").count() == 0


def test_the_look_is_shown_without_a_script_too(page: Page, site: Site) -> None:
    log_in(page)
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/admin/settings/look")
    page.fill("#accent_colour", "#7a2e4d")
    page.click("#look-button")
    marked = page.frame_locator("#look-frame").locator(
        "link[href*='colours/7a2e4d/light/accent.css']"
    )
    expect(marked).to_have_count(1)
    assert page.url.endswith("/admin/settings/look")


def test_an_address_of_one_setting_leads_to_its_field(page: Page, site: Site) -> None:
    log_in(page)
    page.goto("/admin/settings#posts_per_page")
    page.wait_for_url("**/admin/settings/reading#posts_per_page")


def test_somebody_is_invited_and_chooses_a_password(page: Page, site: Site) -> None:
    log_in(page)
    page.goto("/admin/users/new")
    page.fill("#email", "ed@hub.test")
    page.fill("#name", "Édith")
    page.uncheck("input[name=mailed]")
    page.click("text=Make the account")
    link = page.locator("#link").input_value()
    assert fits(page)
    other = page.context.browser.new_context() if page.context.browser else None
    assert other
    tab = other.new_page()
    tab.goto(link)
    tab.fill("#password", "correct horse battery")
    tab.click("button")
    expect(tab.locator("h1")).to_contain_text("Édith")
    assert tab.locator("a[href='/admin/settings']").count() == 0
    other.close()
    page.goto("/admin/users")
    page.click("text=Édith >> nth=0")
    page.click("text=Log out everywhere")
    expect(page.locator("main")).to_contain_text("Nowhere.")
    page.click("text=Remove this account")
    page.click("main button")
    expect(page.locator("main")).not_to_contain_text("Édith")
