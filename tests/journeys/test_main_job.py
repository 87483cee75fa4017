"""The main job, as its people live it: a reader subscribes, the owner writes, the digest
arrives once, the reader leaves."""

import json
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.journeys.conftest import Site, until

pytestmark = pytest.mark.slow

READER = "reader@mail.test"


def person(site: Site, address: str = READER) -> dict[str, Any]:
    lines = site.owner.hub("export", "subscribers", "--format=ndjson").splitlines()
    return next(one for one in map(json.loads, lines) if one["email"] == address)


def link(letter: EmailMessage, start: str) -> str:
    """The path of the first address in a letter's text that begins with `start`."""
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.search(rf"http://\S*?(/{start}/[\w-]+)", body.get_content())
    assert found is not None
    return found[1]


def subscribe(site: Site, address: str = READER, **fields: str) -> EmailMessage:
    answer = site.browser.post("/subscribe", data={"email": address, **fields})
    assert answer.status_code == 200
    return site.inbox.wait_for(address)


def confirm(site: Site, address: str = READER) -> None:
    path = link(subscribe(site, address), "confirm")
    assert site.browser.post(path).status_code == 200


def digest(site: Site, address: str = READER) -> EmailMessage:
    seen = len(site.inbox.to(address))
    site.owner.hub("newsletter", "send", "--now")
    return site.inbox.wait_for(address, seen + 1)


def test_opening_the_link_changes_nothing_and_the_button_confirms(site: Site) -> None:
    path = link(subscribe(site), "confirm")
    page = site.browser.get(path)
    assert page.status_code == 200
    assert "<button" in page.text
    assert person(site)["status"] == "pending"
    assert site.browser.post(path).status_code == 200
    reader = person(site)
    assert reader["status"] == "active"
    events = {event["kind"]: event for event in reader["consent"]}
    assert events["requested"]["text"]
    assert events["requested"]["text_version"]
    assert events["requested"]["at"] <= events["confirmed"]["at"]
    assert site.browser.post(path).status_code == 200


def test_one_digest_reaches_every_reader_once(site: Site) -> None:
    confirm(site)
    site.owner.write("First words")
    site.owner.write("Second words")
    letter = digest(site)
    text = letter.get_body(("plain",))
    assert text is not None
    assert "First words" in text.get_content()
    assert "Second words" in text.get_content()
    assert letter["Reply-To"] == "owner@hub.test"
    again = site.owner.try_hub("newsletter", "send", "--now")
    assert again.returncode == 1
    assert again.stderr.strip()
    assert "Traceback" not in again.stderr
    edition = site.owner.json("newsletter", "status")[0]
    until(lambda: site.owner.json("newsletter", "status")[0]["status"] == "sent")
    assert edition["posts"] == 2
    assert len(site.inbox.to(READER)) == 2


def test_a_mail_program_leaves_with_one_post(site: Site) -> None:
    confirm(site)
    site.owner.write("First words")
    letter = digest(site)
    address = str(letter["List-Unsubscribe"]).strip("<>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = urlsplit(address).path
    site.browser.get(path)
    assert person(site)["status"] == "active"
    for _ in range(2):
        answer = site.browser.post(
            path,
            data={"List-Unsubscribe": "One-Click"},
            headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.test"},
        )
        assert answer.status_code == 200
    assert person(site)["status"] == "unsubscribed"
    site.owner.write("Later words")
    refused = site.owner.try_hub("newsletter", "send", "--now")
    assert refused.returncode == 1


def test_no_import_brings_back_a_reader_who_left(site: Site, tmp_path: Path) -> None:
    confirm(site)
    site.owner.write("First words")
    path = urlsplit(str(digest(site)["List-Unsubscribe"]).strip("<>")).path
    site.browser.post(path)
    again = tmp_path / "list.csv"
    again.write_text(f"email\n{READER}\n")
    site.owner.hub("import", str(again), "--consent=at the fair")
    assert person(site)["status"] == "unsubscribed"


def test_a_letter_comes_in_the_readers_language(site: Site) -> None:
    letter = subscribe(site, "lectrice@mail.test", language="fr")
    assert "Confirmez" in str(letter["Subject"])
    assert person(site, "lectrice@mail.test")["language"] == "fr"


def test_a_wrong_address_keeps_what_was_typed(site: Site) -> None:
    answer = site.browser.post("/subscribe", data={"email": "not an address", "name": "Ada"})
    assert answer.status_code == 400
    assert "not an address" in answer.text
    assert "Ada" in answer.text


def test_a_form_on_another_site_subscribes_nobody(site: Site) -> None:
    answer = site.browser.post(
        "/subscribe", data={"email": READER}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert site.owner.hub("export", "subscribers", "--format=ndjson") == ""
