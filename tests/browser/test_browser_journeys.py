"""The journeys in a real browser: the reader subscribes and confirms, the owner writes."""

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import PASSWORD, Site, until
from tests.journeys.test_main_job import READER, link, person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def fits(page: Page) -> bool:
    """Whether nothing on the page is wider than the window."""
    # A page on its way takes the place of the one that is asked.
    page.wait_for_load_state()
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def log_in(page: Page) -> None:
    page.goto("/admin")
    page.fill("input[name=email]", "owner@hub.test")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    # A page that is asked for before the answer is there would be asked for without the cookie.
    page.wait_for_selector("nav a[href='/admin/settings']", state="attached")


def test_a_reader_subscribes_and_confirms(page: Page, site: Site) -> None:
    page.goto("/subscribe")
    assert fits(page)
    page.fill("main input[name=email]", READER)
    page.click("main form button")
    assert fits(page)
    page.goto(link(site.inbox.wait_for(READER), "confirm"))
    assert person(site)["status"] == "pending"
    page.click("main form button")
    until(lambda: person(site)["status"] == "active")


def test_a_browser_does_the_small_sum_by_itself(page: Page, site: Site) -> None:
    site.owner.hub("settings", "set", "proof_of_work", "on")
    until(lambda: "data-challenge" in site.browser.get("/subscribe").text)
    page.goto("/subscribe")
    page.fill("main input[name=email]", READER)
    page.click("main form button")
    page.wait_for_selector(f"main .lead:has-text('{READER}')")
    assert link(site.inbox.wait_for(READER), "confirm")
    assert site.owner.json("subscribers", "held") == []


def test_the_owner_writes_an_article_and_a_visitor_reads_it(page: Page, site: Site) -> None:
    log_in(page)
    page.goto("/admin/posts/new")
    assert fits(page)
    page.fill("input[name=title]", "Words of the day")
    page.fill("textarea[name=markdown]", "## A heading\n\nAnd *some* words.")
    page.click("button[value=publish]")
    page.goto("/posts/words-of-the-day")
    assert page.inner_text("h1") == "Words of the day"
    assert page.locator("main em").inner_text() == "some"
    assert fits(page)


def test_a_word_without_end_stays_on_the_screen(page: Page, site: Site) -> None:
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    for number in range(3):
        site.owner.write(f"{word} {number}\ntopics: [harbour]", text=f"{word} `{word}`")
    until(lambda: site.browser.get("/topics/harbour").text.count(word) > 2)
    article = site.browser.get("/topics/harbour").text.partition('href="/posts/')[2]
    for path in ("/", "/archive", "/topics/harbour", "/search?q=donau", "/newsletter"):
        page.goto(path)
        assert fits(page), path
    page.goto("/posts/" + article.partition('"')[0])
    assert page.locator(".related-link").count() == 1
    assert fits(page)


def test_hostile_markdown_runs_no_script(page: Page, site: Site) -> None:
    hostile = (
        "<script>document.title='owned'</script>\n\n<img src=x onerror=\"document.title='owned'\">"
        "\n\n[press](javascript:document.title='owned')\n\n"
        "<svg onload=\"document.title='owned'\"></svg>\n"
    )
    site.owner.write("Plain title", text=hostile)
    until(lambda: site.browser.get("/posts/plain-title").status_code == 200)
    page.goto("/posts/plain-title")
    if page.locator("main a:has-text('press')").count():
        page.locator("main a:has-text('press')").first.click(no_wait_after=True)
    assert "owned" not in page.title()
    assert page.locator("main script, main svg").count() == 0


@pytest.mark.parametrize(
    "path", ["/", "/archive", "/subscribe", "/newsletter", "/search?q=title", "/no-such-page"]
)
def test_every_public_page_fits_its_window(page: Page, site: Site, path: str) -> None:
    site.owner.write("A title that is rather long, so that it has to wrap on a telephone")
    answer = site.browser.get(path)
    if answer.status_code == 200:
        page.goto(path)
    else:
        page.set_content(answer.text)
    assert fits(page)
    assert page.locator("h1").count() == 1
