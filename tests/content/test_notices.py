"""The legal notice and the privacy page."""

from starlette.testclient import TestClient

from hub.site import store as sites
from hub.web.state import Hub


def test_a_notice_that_is_not_written_has_no_page_and_no_link(client: TestClient) -> None:
    assert client.get("/legal").status_code == 404
    assert 'href="/legal"' not in client.get("/").text


def test_a_notice_is_a_page_and_stands_in_the_footer(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "legal_notice", "We are **Atelier Marée**.\n\n<script>x()</script>")
    page = client.get("/legal").text
    assert "<strong>Atelier Marée</strong>" in page
    assert "<script>" not in page
    assert 'href="/legal"' in client.get("/").text
    assert client.get("/privacy").status_code == 404
