"""Signing up at the desk: the form to paste, what was agreed to, and why readers left."""

import lxml.html
from starlette.testclient import TestClient

from hub.audience import consent, departures
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import subscribe


def test_the_form_to_paste_works_as_it_is(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "offered_topics", "boats")
        sites.put(tx, "consent_text_fr", "Oui, « volontiers ».")
    page = lxml.html.fromstring(desk.get("/admin/subscribers/form?language=fr").text)
    pasted = lxml.html.fromstring(page.get_element_by_id("form-code").text_content())
    assert pasted.get("action") == "https://hub.test/subscribe"
    assert pasted.get("method") == "post"
    agreed = consent.consent_text(hub.site(), "fr")
    assert pasted.fields["consent"] == agreed.version
    assert agreed.text in pasted.text_content()
    assert pasted.fields["language"] == pasted.fields["form_language"] == "fr"
    assert pasted.xpath("//input[@name='topics']/@value") == ["boats"]
    assert not pasted.xpath("//script | //style | //*[@src]")


def test_each_text_says_since_when_and_how_many_agreed(desk: TestClient) -> None:
    desk.post("/admin/settings", data={"consent_text": "First words."})
    desk.post("/admin/settings", data={"consent_text": "Other words."})
    page = desk.get("/admin/subscribers/form").text
    assert "First words." in page
    assert "Other words." in page


def test_reasons_are_counted(desk: TestClient, hub: Hub) -> None:
    reader = subscribe(hub, "ada@reader.test", status="unsubscribed")
    with hub.db.write() as tx:
        departures.answer(tx, reader, "much", "Daily is <much>", site=hub.site(), now=NOW)
    page = desk.get("/admin/subscribers/form").text
    assert "Too much mail" in page
    assert "Daily is &lt;much&gt;" in page
