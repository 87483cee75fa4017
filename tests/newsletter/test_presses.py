"""Presses of links, counted without persons: how mails are made, where links lead, what counts."""

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.db import Database
from hub.newsletter import editions, planning, presses
from hub.newsletter.composing import Digest
from hub.newsletter.model import Edition
from hub.newsletter.presses import Links, Presses
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import press, publish, send_letter, subscribe

EDITION = Edition(7, "weekly", "x", "planned", "", "", NOW, None, 0)
PLACE = "https://rope.test/a?b=1&c=2"


@pytest.fixture
def counting(hub: Hub) -> Hub:
    with hub.db.write() as tx:
        sites.put(tx, "count_clicks", "on")
    return hub


def letter(hub: Hub) -> int:
    """The edition of a letter with a link."""
    return send_letter(hub, markdown='<a href="https://rope.test/a?b=1&amp;c=2">Rope</a>')


def link_of(hub: Hub, mail: str) -> str:
    """The HTML of a mail with these words, as it goes out where presses count."""
    links = Links(EDITION, replace(hub.site(), count_clicks="on"), hub.signer)
    return links.counted(Digest("en", "", "", mail)).html


@pytest.mark.parametrize(
    "left",
    [
        '<a href="mailto:a@b.test">x</a>',
        '<a href="https://hub.test/newsletter/7">in the browser</a>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="//evil.test">x</a>',
        '<a href="https://a.test/&#10;Set-Cookie:x">x</a>',
        '<a href="https://a.test/' + "x" * 2_000 + '">x</a>',
        '<img src="https://hub.test/media/a.png">',
        '<link href="https://hub.test/a.css">',
    ],
)
def test_what_is_no_link_to_a_page_stays(hub: Hub, left: str) -> None:
    assert link_of(hub, left) == left


def test_links_to_pages_lead_over_the_site(hub: Hub) -> None:
    mail = '<a class="x" href="https://a.test/?b&amp;c">x</a> <a href="https://a.test/?b&amp;c">'
    there = "https://hub.test/newsletter/7/go/1"
    assert link_of(hub, mail) == f'<a class="x" href="{there}">x</a> <a href="{there}">'


def test_a_mail_is_as_it_was_where_presses_do_not_count(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    edition = letter(hub)
    with hub.db.read() as tx:
        assert b"/go/" not in b"".join(editions.mails(tx, edition).values())
        assert presses.of_edition(tx, edition) == []


def test_nothing_of_a_reader_is_in_a_counted_link(counting: Hub) -> None:
    subscribe(counting, "a@mail.test", name="Ada")
    publish(counting, "Ropes")
    with counting.db.write() as tx:
        (made,) = planning.send_now(tx, press(counting), "weekly", NOW)
    for edition in (made.id, letter(counting)):
        with counting.db.read() as tx:
            mails = editions.mails(tx, edition).values()
        for mail in (mail.replace(b"=\r\n", b"") for mail in mails):
            # What is a reader's own is a mark between two NULs until it is filled.
            assert b"/unsubscribe/\0" in mail
            counted = re.findall(rb"/go/[^\s\"]*", mail)
            assert counted
            assert all(re.fullmatch(rb"/go/\d+", link) for link in counted)


def test_one_place_has_one_number_in_every_language(counting: Hub) -> None:
    subscribe(counting, "a@mail.test")
    subscribe(counting, "b@mail.test", language="fr")
    edition = letter(counting)
    with counting.db.read() as tx:
        led = {one.url: one.number for one in presses.of_edition(tx, edition)}
        mails = editions.mails(tx, edition)
    assert sorted(mails) == ["en", "fr"]
    number = led[PLACE]
    for mail in mails.values():
        assert b"/newsletter/%d/go/%d" % (edition, number) in mail.replace(b"=\r\n", b"")
    assert all("/unsubscribe/" not in url for url in led)


def test_a_press_is_counted_and_leads_on(counting: Hub, db: Database) -> None:
    subscribe(counting, "a@mail.test")
    edition = letter(counting)
    with db.read() as tx:
        number = {one.url: one.number for one in presses.of_edition(tx, edition)}[PLACE]
    path = f"/newsletter/{edition}/go/{number}"
    with TestClient(
        create_app(counting), base_url="https://hub.test", follow_redirects=False
    ) as client:
        for _ in range(3):
            answer = client.get(f"{path}?url=https://evil.test&to=//evil.test")
            assert (answer.status_code, answer.headers["location"]) == (302, PLACE)
            assert answer.headers["cache-control"] == "no-store"
            assert "set-cookie" not in answer.headers
        client.head(path)
        client.get(path, headers={"sec-purpose": "prefetch;prerender"})
    with db.read() as tx:
        found = {one.number: one.presses for one in presses.of_edition(tx, edition)}
    assert found[number] == 3


@pytest.mark.parametrize(
    "path", ["/newsletter/1/go/99", "/newsletter/99/go/1", "/newsletter/1/go/https://evil.test"]
)
def test_there_is_no_way_to_anywhere_else(counting: Hub, path: str) -> None:
    subscribe(counting, "a@mail.test")
    letter(counting)
    client = TestClient(create_app(counting), base_url="https://hub.test", follow_redirects=False)
    assert client.get(path).status_code == 404


def test_counts_of_several_processes_add_up(counting: Hub, db: Database) -> None:
    subscribe(counting, "a@mail.test")
    edition = letter(counting)
    for _ in range(2):
        counted = Presses()
        for _ in range(2):
            counted.note(edition, 1)
        presses.write(db, counted)
        presses.write(db, counted)
    with db.read() as tx:
        assert max(one.presses for one in presses.of_edition(tx, edition)) == 4


def test_an_edition_that_is_undone_leaves_no_links(counting: Hub) -> None:
    subscribe(counting, "a@mail.test")
    edition = letter(counting)
    with counting.db.write() as tx:
        tx.execute("UPDATE letters SET status = 'draft', edition_id = NULL")
        tx.execute("DELETE FROM deliveries")
        editions.delete(tx, edition)
        assert tx.scalar("SELECT count(*) FROM edition_links") == 0
