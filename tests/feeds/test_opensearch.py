"""How browsers and programs learn to search the site."""

from lxml import etree
from starlette.testclient import TestClient

from hub.feeds import opensearch
from hub.site import store as sites
from hub.web.state import Hub

_NAMESPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def texts(client: TestClient) -> dict[str, str]:
    root = etree.fromstring(client.get("/opensearch.xml").content)
    return {element.tag.removeprefix(_NAMESPACE): element.text or "" for element in root}


def test_every_page_leads_to_it(client: TestClient) -> None:
    link = '<link rel="search" type="application/opensearchdescription+xml"'
    assert link in client.get("/").text
    answer = client.get("/opensearch.xml")
    assert answer.headers["content-type"] == opensearch.CONTENT_TYPE


def test_it_searches_here(client: TestClient) -> None:
    root = etree.fromstring(client.get("/opensearch.xml").content)
    url = root.find(f"{_NAMESPACE}Url[@type='text/html']")
    assert url is not None
    assert url.get("template") == "https://hub.test/search?q={searchTerms}"


def test_names_keep_to_their_length(client: TestClient, hub: Hub) -> None:
    assert texts(client)["ShortName"] == "Harbour Notes"
    with hub.db.write() as tx:
        sites.put(tx, "title", "Harbour Notes & Tales from the <North> of the Long Island")
    found = texts(client)
    assert found["ShortName"] == "Harbour Notes &"
    assert found["LongName"] == "Harbour Notes & Tales from the <North> of the"
    with hub.db.write() as tx:
        sites.put(tx, "title", "x" * 120)
    assert texts(client)["ShortName"] == "x" * 16
