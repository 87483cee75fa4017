"""A new owner's first ten minutes, from the printed link to a reader who confirmed; and the end of
a day: logged out, with nothing left behind in the browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import OUTPUT, Owner, Site, free_port, serving
from tests.browser.test_browser_journeys import fits, log_in
from tests.journeys.conftest import Inbox, until
from tests.journeys.test_main_job import READER, link, person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Fresh:
    """A hub that nobody has set up: its site, the link that it printed, a mail server's port."""

    site: Site
    link: str
    relay: int


@pytest.fixture
def fresh(owner: Owner, inbox: tuple[Inbox, int]) -> Iterator[Fresh]:
    new = replace(owner, environment={**owner.environment, "HUB_SMTP": ""})
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(new, port) as server, httpx2.Client(base_url=url) as browser:
        printed = re.search(r"http://\S+/setup/[\w-]+", server.output)
        assert printed is not None
        yield Fresh(Site(new, inbox[0], url, browser), printed[0], inbox[1])


def press(page: Page, button: str) -> None:
    """Press it, and wait for the page that comes, which may be at the same address."""
    with page.expect_navigation():
        page.click(button)


def go_on(page: Page, text: str = "Continue") -> None:
    press(page, f"main form button:has-text('{text}')")
    assert fits(page)


@pytest.mark.parametrize(
    ("width", "scheme", "scripts"),
    [(1280, "light", True), (390, "dark", False)],
    ids=["wide-light", "narrow-dark-without-scripts"],
)
def test_from_the_printed_link_to_an_article_and_a_reader(
    chromium: Browser, fresh: Fresh, width: int, scheme: str, scripts: bool
) -> None:
    context = chromium.new_context(
        base_url=fresh.site.url,
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
        timezone_id="Europe/Paris",
    )
    page = context.new_page()
    page.goto(fresh.link)
    name_the_site(page)
    connect_mail(page, fresh)
    choose_when(page, scripts=scripts)
    press(page, "button:has-text('Start with what is here')")
    page.wait_for_selector("text=What is left to do")
    page.screenshot(path=OUTPUT / f"set-up-{width}-{scheme}.png", full_page=True)
    publish(page)
    subscribe(page, fresh.site)
    page.goto("/admin")
    done = page.locator(".step-done").all_inner_texts()
    for step in ("Connect a mail server", "Publish your first article", "Subscribe yourself"):
        assert any(step in text for text in done), step
    context.close()


def name_the_site(page: Page) -> None:
    OUTPUT.mkdir(exist_ok=True)
    page.fill("[name=title]", "Harbour Notes")
    go_on(page)
    page.fill("[name=name]", "Ada")
    page.fill("[name=email]", "owner@hub.test")
    press(page, "button[value=back]")
    assert page.input_value("[name=title]") == "Harbour Notes"
    go_on(page)
    assert page.input_value("[name=email]") == "owner@hub.test"
    page.fill("[name=password]", "a long enough password")
    go_on(page)


def connect_mail(page: Page, fresh: Fresh) -> None:
    page.fill("[name=host]", "127.0.0.1")
    page.fill("[name=port]", str(fresh.relay))
    page.select_option("[name=tls]", "required")
    go_on(page, "Try it")
    assert "offers no STARTTLS" in page.inner_text(".trial-bad")
    page.select_option("[name=tls]", "no")
    go_on(page, "Try it")
    assert page.locator(".trial-bad").count() == 0
    assert fresh.site.inbox.to("owner@hub.test")[0]["Subject"] == "Mail from Harbour Notes arrives"
    go_on(page)


def choose_when(page: Page, *, scripts: bool) -> None:
    # Without scripts the browser cannot say where it is.
    assert page.input_value("[name=timezone]") == ("Europe/Paris" if scripts else "UTC")
    page.select_option("[name=weekly_day]", "tuesday")
    page.select_option("[name=timezone]", "Europe/Paris")
    go_on(page)


def publish(page: Page) -> None:
    press(page, "a:has-text('Publish your first article')")
    page.fill("input[name=title]", "Words of the day")
    page.fill("textarea[name=markdown]", "And *some* words.")
    press(page, "button[value=publish]")
    page.goto("/posts/words-of-the-day")
    assert page.inner_text("h1") == "Words of the day"


def subscribe(page: Page, site: Site) -> None:
    page.goto("/subscribe")
    page.fill("main input[name=email]", READER)
    press(page, "main form button")
    page.goto(link(site.inbox.wait_for(READER), "confirm"))
    press(page, "main form button")
    until(lambda: person(site)["status"] == "active")


def test_with_the_mail_server_broken_the_owner_gets_in_and_sees_it(
    chromium: Browser, fresh: Fresh
) -> None:
    context = chromium.new_context(base_url=fresh.site.url)
    page = context.new_page()
    page.goto(fresh.link)
    name_the_site(page)
    page.fill("[name=host]", "127.0.0.1")
    page.fill("[name=port]", str(free_port()))
    page.select_option("[name=tls]", "no")
    go_on(page, "Try it")
    go_on(page, "Keep it all the same")
    page.goto("/admin")
    press(page, "button:has-text('Log out')")
    log_in(page)
    # The worker tries by itself, within seconds.
    until(lambda: page.reload() is not None and page.locator(".step-wrong").count() == 1)
    assert "has been out of reach since" in page.inner_text(".notice-error")
    context.close()


def test_after_log_out_nothing_is_left(chromium: Browser, site: Site) -> None:
    here, there = (chromium.new_context(base_url=site.url) for _ in range(2))
    page, other = here.new_page(), there.new_page()
    for tab in (page, other):
        log_in(tab)
    taken = here.cookies()
    page.goto("/admin/settings")
    press(page, "button:has-text('Log out')")
    page.wait_for_selector("input[name=password]")
    page.go_back()
    assert page.locator("input[name=password]").count() == 1
    assert page.locator("[name=postal_address]").count() == 0
    # Who had copied the cookie has nothing in hand.
    here.add_cookies(
        [{"name": one["name"], "value": one["value"], "url": site.url} for one in taken]
    )
    page.goto("/admin/settings")
    assert page.locator("input[name=password]").count() == 1
    # The other browser is still in, until all are sent away.
    other.goto("/admin")
    assert other.locator("nav a[href='/admin/settings']").count() == 1
    log_in(page)
    page.goto("/admin/account")
    press(page, "button[name=everywhere]")
    for tab in (page, other):
        tab.goto("/admin")
        assert tab.locator("input[name=password]").count() == 1
    here.close()
    there.close()
