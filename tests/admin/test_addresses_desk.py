"""Old addresses at the desk: what is missed is seen, and led on."""

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content import missed, missed_store, redirect_store, redirects
from hub.content.missed import Missed
from hub.content.model import Post
from hub.web.state import Hub
from tests.conftest import NOW
from tests.posts import add, redirect


def choose(desk: TestClient, path: str, target: str, old: str = "") -> tuple[int, str]:
    answer = desk.post("/admin/redirects/edit", data={"path": path, "target": target, "old": old})
    return answer.status_code, answer.text


def leads(desk: TestClient, path: str) -> tuple[int, str]:
    answer = desk.get(path)
    return answer.status_code, answer.headers.get("location", "")


@pytest.fixture
def asked(hub: Hub) -> None:
    process = Missed()
    for _ in range(3):
        process.note("/2019/tide tables?.html", "https://other.test/blog?q=secret", NOW)
    process.note("/rare", "https://hub.test/posts/x", NOW)
    process.note("/wp-login.php", "", NOW)
    missed.write(hub.db, process)


def test_what_is_missed_is_listed_by_count(desk: TestClient, asked: None) -> None:
    text = desk.get("/admin/addresses").text
    assert text.index("/2019/tide tables") < text.index("/rare")
    assert "asked for 3 times" in text
    assert "from other.test" in text
    assert "from a page of this site" in text
    assert "secret" not in text
    assert "asked once; nothing" in text
    assert "wp-login.php</p>" not in text
    assert 'href="/admin/redirects/edit?path=/2019/tide%20tables%3F.html"' not in text
    assert 'href="/admin/redirects/edit?path=/2019/tide%20tables"' in text


def test_a_missed_address_is_led_on_and_leaves_the_list(
    desk: TestClient, hub: Hub, article: Post, asked: None
) -> None:
    assert 'value="/rare"' in desk.get("/admin/redirects/edit?path=/rare").text
    assert leads(desk, "/rare") == (404, "")
    assert choose(desk, "/rare", article.path)[0] == 303
    assert leads(desk, "/rare") == leads(desk, "/rare/") == (301, article.path)
    with hub.db.read() as tx:
        assert missed_store.get(tx, "rare") is None
    assert article.title in desk.get("/admin/redirects").text


def test_what_is_hidden_can_be_shown_again(desk: TestClient, asked: None) -> None:
    desk.post("/admin/addresses/hide", data={"path": "rare", "status": "hidden"})
    assert "/rare" not in desk.get("/admin/addresses").text
    assert "/rare" in desk.get("/admin/addresses?status=hidden").text
    desk.post("/admin/addresses/hide", data={"path": "rare", "status": "shown"})
    assert "/rare" in desk.get("/admin/addresses").text


def test_a_redirect_to_an_article_follows_it(desk: TestClient, hub: Hub, article: Post) -> None:
    choose(desk, "old", f"https://hub.test{article.path}")
    with hub.db.read() as tx:
        found = redirect_store.get(tx, "old")
    assert found is not None
    assert found.post_id == article.id


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("https://other.test/page?a=b&c=d#e", "https://other.test/page?a=b&c=d#e"),
        ("http://other.test:8080", "http://other.test:8080/"),
        ("https://käse.test/größe", "https://xn--kse-qla.test/gr%C3%B6%C3%9Fe"),
        ("archive", "/archive"),
        ("https://hub.test/archive#2026", "/archive#2026"),
        ("/search?q=tides", "/search?q=tides"),
        ("/", "/"),
    ],
)
def test_a_redirect_may_lead_to_any_address(desk: TestClient, target: str, location: str) -> None:
    assert choose(desk, "/old/", target)[0] == 303
    assert leads(desk, "/old") == leads(desk, "/old/") == (301, location)


@pytest.mark.parametrize(
    "target",
    [
        *(
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.test/x",
            "/\\evil.test",
            "ftp://a.b",
        ),
        *(
            "https://",
            "https://ada:secret@other.test/",
            "https://[x",
            "/no where",
            "http://a:99999",
        ),
        *("/nothing-there", "posts/nothing", "mailto:ada@example.org", "x" * 3000),
    ],
)
def test_what_is_no_destination_is_refused(desk: TestClient, target: str) -> None:
    status, text = choose(desk, "/old", target)
    assert status == 400
    assert 'id="target-error"' in text
    assert leads(desk, "/old") == (404, "")


@pytest.mark.parametrize(
    "path",
    ["", "/", "/archive", "/feed.xml", "/admin/posts", "/media/old.png", "/a/../b", "/confirm/x"],
)
def test_an_address_of_the_hub_leads_nowhere_else(desk: TestClient, path: str) -> None:
    status, text = choose(desk, path, "https://other.test/")
    assert status == 400
    assert 'id="path-error"' in text


def test_a_page_of_the_site_is_not_hidden_by_a_redirect(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "about", kind="page")
        add(tx, "tides", topics=("sea",), authors=("Ada",))
    for path in ("/about/", "/posts/tides", "/topics/sea", "/authors/ada"):
        status, text = choose(desk, path, "https://other.test/")
        assert status == 400
        assert "readers would still see that" in text


def test_addresses_like_those_of_articles_can_lead_on(desk: TestClient) -> None:
    for path in ("/posts/never", "/topics/never", "/authors/nobody", "/posts/a/b", "/feed"):
        assert choose(desk, path, "/archive")[0] == 303, path
        assert leads(desk, path) == (301, "/archive")


def test_no_redirects_go_round_in_a_circle(desk: TestClient) -> None:
    assert choose(desk, "/a", "/archive")[0] == 303
    assert choose(desk, "/b", "/a")[0] == 303
    assert choose(desk, "/c", "https://hub.test/b")[0] == 303
    for target in ("/a/", "/b", "/c?x=1", "https://hub.test/c"):
        status, text = choose(desk, "/a", target, old="a")
        assert status == 400
        assert "circle" in text
    assert leads(desk, "/a") == (301, "/archive")


def test_one_address_has_one_redirect(desk: TestClient) -> None:
    choose(desk, "/a", "/archive")
    status, text = choose(desk, "/a", "/search")
    assert status == 400
    assert "leads somewhere already" in text


def test_a_redirect_is_changed_and_removed(desk: TestClient) -> None:
    choose(desk, "/a", "/archive")
    text = desk.get("/admin/redirects/edit?old=a").text
    assert 'value="/archive"' in text
    assert choose(desk, "/b", "https://other.test/", old="a")[0] == 303
    assert leads(desk, "/a")[0] == 404
    assert leads(desk, "/b") == (301, "https://other.test/")
    desk.post("/admin/redirects/remove", data={"path": "b"})
    assert leads(desk, "/b")[0] == 404
    assert desk.get("/admin/redirects/edit?old=b").status_code == 404


def test_many_redirects_are_walked_through_and_searched(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        post_id = add(tx, "tides")
        for number in range(60):
            redirect(tx, f"old/{number:02}", post_id)
        redirect(tx, "zebra", post_id)
    first = desk.get("/admin/redirects").text
    assert "/old/49" in first
    assert "/old/50" not in first
    assert "/zebra" in desk.get("/admin/redirects?after=old/49").text
    assert "/old/00" not in desk.get("/admin/redirects?q=/zeb").text


def test_an_import_does_not_take_an_address_that_its_owner_chose(
    desk: TestClient, hub: Hub
) -> None:
    choose(desk, "/old", "https://other.test/")
    with hub.db.write() as tx:
        assert not redirects.add(tx, "/old", add(tx, "tides"), NOW)
    assert leads(desk, "/old") == (301, "https://other.test/")


def test_every_cache_hears_of_a_redirect(desk: TestClient, hub: Hub) -> None:
    with TestClient(create_app(hub), follow_redirects=False) as other:
        choose(desk, "/a", "/archive")
        assert leads(other, "/a") == (301, "/archive")
        choose(desk, "/a", "/search", old="a")
        assert leads(other, "/a") == (301, "/search")
