"""The owner brings a list along and chooses who is let in; readers are told by mail."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.test_browser_journeys import fits, log_in
from tests.journeys.conftest import Site, until
from tests.journeys.test_main_job import link

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADA, BOB = "ada@reader.test", "bob@reader.test"
LIST = """Adresse;Surnom;Statut
zoe@reader.test;Zoé;abonné
yan@reader.test;Yan;désinscrit
pas une adresse;Xav;abonné
zoe@reader.test;Zoé;abonné
"""


def test_a_list_is_looked_at_corrected_and_taken(page: Page, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "lecteurs.csv"
    path.write_bytes(LIST.encode("cp1252"))
    log_in(page)
    page.goto("/admin/subscribers")
    page.click("main a[href='/admin/subscribers/lists']")
    page.set_input_files("input[name=list]", path)
    page.click("form:has(input[name=list]) button")
    page.wait_for_selector("text=What would happen")
    assert fits(page)
    # A dry run: nobody is on the list.
    assert site.owner.json("subscribers", "list") == []
    page.click("summary:has-text('Columns')")
    page.select_option("label:has-text('Surnom') + select", "name")
    page.click("text=Read it again")
    page.wait_for_selector("text=What would happen")
    figures = page.inner_text(".figures").lower().split()
    assert figures[:2] == ["new", "2"]
    page.click("text=The first rows, one by one")
    assert page.locator("text=pas une adresse").count()
    page.fill("#consent", "La newsletter de la boutique")
    page.click("text=Import this list")
    page.wait_for_selector("text=What happened")
    assert fits(page)
    until(lambda: len(site.owner.json("subscribers", "list")) == 2)
    people = {one["email"]: one for one in site.owner.json("subscribers", "list")}
    assert (people["zoe@reader.test"]["name"], people["zoe@reader.test"]["status"]) == (
        "Zoé",
        "active",
    )
    assert people["yan@reader.test"]["status"] == "unsubscribed"
    assert site.inbox.received == []


def ask_to_be_let_in(page: Page, site: Site, address: str, answer: str) -> None:
    page.goto("/subscribe")
    page.fill("main input[name=email]", address)
    page.click("main form button")
    page.goto(link(site.inbox.wait_for(address), "confirm"))
    page.click("main form button")
    page.fill("main textarea", answer)
    assert fits(page)
    page.click("main form button")
    page.wait_for_selector("main h1")


def test_the_owner_lets_one_in_and_declines_another(page: Page, site: Site) -> None:
    site.owner.hub("settings", "set", "signup_mode", "approval")
    site.owner.hub("settings", "set", "question_en", "Who are you, and what do you look for?")
    ask_to_be_let_in(page, site, ADA, "I keep the lighthouse.")
    ask_to_be_let_in(page, site, BOB, "I sell lists.")
    log_in(page)
    page.goto("/admin")
    page.click("a[href='/admin/subscribers/waiting'] >> nth=0")
    assert fits(page)
    assert "I keep the lighthouse." in page.inner_text("main")
    page.check("li:has-text('lighthouse') input")
    page.fill("#word", "Welcome aboard.")
    page.click("button[value=accepted]")
    page.check("li:has-text('I sell lists.') input")
    page.fill("#word", "Not this time.")
    page.click("button[value=declined]")
    page.wait_for_selector("text=Nobody waits.")
    for address, word in ((ADA, "Welcome aboard."), (BOB, "Not this time.")):
        told = site.inbox.wait_for(address, 2).get_body(("plain",))
        assert told is not None
        assert word in told.get_content()
    statuses = {one["email"]: one["status"] for one in site.owner.json("subscribers", "list")}
    assert statuses[ADA] == "active"
    assert statuses.get(BOB) != "active"
