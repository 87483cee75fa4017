"""The hall at the desk: lines and sections are arranged by forms, and refused ones keep all."""

import re

import pytest
from starlette.testclient import TestClient

from hub.content.hall import sections, showing
from hub.web.state import Hub
from tests.admin.conftest import logged_in, write
from tests.content.conftest import picture


def menu(hub: Hub) -> list[str]:
    with hub.db.read() as tx:
        return [entry.title for entry in showing.entries(tx, "en")["menu"]]


def go(desk: TestClient, path: str, **form: str) -> str:
    """Post a form; the page that follows."""
    answer = desk.post(path, data=form)
    assert answer.status_code == 303, answer.text
    page = desk.get(answer.headers["location"])
    assert page.status_code == 200
    return page.text


def section(desk: TestClient, kind: str) -> str:
    """A new section; its address."""
    answer = desk.post("/admin/hall/sections/new", data={"kind": kind})
    return answer.headers["location"].split("?")[0].split("#")[0]


def test_a_line_moves_and_the_page_comes_back_to_its_button(desk: TestClient, hub: Hub) -> None:
    answer = desk.post("/admin/hall/menu/archive/move-down")
    assert menu(hub) == ["Search", "Archive"]
    # At the end there is only the way up.
    assert answer.headers["location"].endswith("#menu-archive-up")
    page = desk.get("/admin/hall").text
    assert 'id="menu-archive-up"' in page
    assert 'href="/admin/hall/menu/archive" aria-label="Edit “Archive”"' in page


def test_lines_are_added_renamed_and_removed(desk: TestClient, hub: Hub) -> None:
    form = {"what": "address", "label": "Shop", "address": "https://shop.example"}
    go(desk, "/admin/hall/menu/new", **form)
    go(desk, "/admin/hall/menu/search", label="Find")
    go(desk, "/admin/hall/menu/archive/remove")
    assert menu(hub) == ["Find", "Shop"]
    assert '<a href="https://shop.example">Shop</a>' in desk.get("/").text
    page = go(desk, "/admin/hall/menu/reset")
    assert menu(hub) == ["Archive", "Search"]
    assert "As it comes, again." in page


def test_a_refused_line_keeps_what_was_typed(desk: TestClient, hub: Hub) -> None:
    form = {"what": "address", "label": "Shop", "address": "javascript:alert(1)"}
    answer = desk.post("/admin/hall/footer/new", data=form)
    assert answer.status_code == 400
    assert 'value="javascript:alert(1)"' in answer.text
    assert 'id="footer-address-error"' in answer.text
    assert 'value="Shop"' in answer.text
    assert menu(hub) == ["Archive", "Search"]


def test_a_page_says_whether_it_stands_in_the_menu(desk: TestClient, hub: Hub) -> None:
    page = write(desk, hub, title="About", markdown="Us.", kind="page", in_menu="no")
    assert "About" not in menu(hub)
    assert '<option value="no" selected>' in desk.get(f"/admin/posts/{page.id}").text
    go(desk, "/admin/hall/menu/search/remove")
    form = {"kind": "page", "title": "About", "markdown": "Us.", "in_menu": "yes"}
    edited = desk.get(f"/admin/posts/{page.id}").text
    found = re.search(r'name="updated_at" value="([^"]+)"', edited)
    assert found is not None
    go(desk, f"/admin/posts/{page.id}", updated_at=found[1], action="save", **form)
    assert menu(hub) == ["Archive", "About"]


def test_a_home_that_nobody_arranged_becomes_the_owner_s_at_the_first_touch(
    desk: TestClient, hub: Hub
) -> None:
    go(desk, "/admin/hall/sections/latest/act/move-up")
    with hub.db.read() as tx:
        assert [one.kind for one in sections.of(tx, 10)] == ["latest", "subscribe"]
        assert all(one.id for one in sections.of(tx, 10))


def test_a_text_is_written_hidden_shown_and_removed(desk: TestClient) -> None:
    path = section(desk, "text")
    go(desk, path, title="Welcome", text="Come *in*.")
    assert "Come <em>in</em>." in desk.get("/").text
    go(desk, f"{path}/act/hide")
    assert "Come <em>in</em>." not in desk.get("/").text
    go(desk, f"{path}/act/show")
    assert "Welcome" in desk.get("/").text
    go(desk, f"{path}/remove")
    assert "Welcome" not in desk.get("/").text


def test_articles_are_found_chosen_and_ordered(desk: TestClient, hub: Hub) -> None:
    tides = write(desk, hub, title="The tide tables", markdown="Water.")
    ropes = write(desk, hub, title="Ropes", markdown="Hemp.")
    path = section(desk, "chosen")
    found = desk.get(path, params={"q": "hemp"}).text
    assert "Add “Ropes”" in found
    assert "tide tables" not in found
    for post in (tides, ropes):
        go(desk, path, title="Read these", add=str(post.id))
    go(desk, path, title="Read these", up=str(ropes.id))
    with hub.db.read() as tx:
        shown = showing.home(tx)
    assert shown is not None
    assert [item.post.title for item in shown.sections[-1].items] == ["Ropes", "The tide tables"]
    assert shown.sections[-1].title == "Read these"
    go(desk, path, remove=str(ropes.id))
    assert "Add “Ropes”" in desk.get(path).text


@pytest.mark.parametrize("press", [{"find": "1"}, {"found": ""}])
def test_a_heading_is_kept_when_articles_are_looked_for(
    desk: TestClient, press: dict[str, str]
) -> None:
    path = section(desk, "chosen")
    page = go(desk, path, title="Read these", q="hemp", **press)
    assert 'value="Read these"' in page
    assert 'value="hemp"' in page


def test_a_heading_that_is_refused_adds_nothing_and_stays(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="Ropes", markdown="Hemp.")
    path = section(desk, "chosen")
    answer = desk.post(path, data={"title": "x" * 121, "add": str(post.id)})
    assert answer.status_code == 400
    assert "x" * 121 in answer.text
    assert "Add “Ropes”" in answer.text


def test_a_card_keeps_its_uploaded_picture_when_something_else_is_refused(
    desk: TestClient,
) -> None:
    path = section(desk, "cards")
    form = {"title": "Shop", "text": "", "address": "nowhere", "picture_chosen": ""}
    files = {"picture": ("a.png", picture("PNG"), "image/png")}
    answer = desk.post(f"{path}/cards/new", data=form, files=files)
    assert answer.status_code == 400
    kept = re.search(r'value="(/media/[^"]+)" checked', answer.text)
    assert kept is not None
    go(desk, f"{path}/cards/new", **form | {"address": "/shop", "picture_chosen": kept[1]})
    assert kept[1] in desk.get("/").text


def test_a_card_keeps_what_was_typed_when_its_picture_is_too_large(desk: TestClient) -> None:
    path = section(desk, "cards")
    files = {"picture": ("a.png", b"x" * 30_000_000, "image/png")}
    form = {"title": "Shop", "text": "On the quay", "address": "/shop"}
    answer = desk.post(f"{path}/cards/new", data=form, files=files)
    assert answer.status_code == 400
    assert 'value="Shop"' in answer.text
    assert "On the quay</textarea>" in answer.text
    assert re.search(r'id="picture-error">[^<]* 20 MB', answer.text)


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/admin/hall/nowhere/new", {}, 404),
        ("/admin/hall/menu/page-7/move-up", {}, 404),
        ("/admin/hall/sections/new", {"kind": "frame"}, 400),
        ("/admin/hall/sections/99/act/hide", {}, 404),
        ("/admin/hall/sections/latest/act/jump", {}, 404),
        ("/admin/hall/sections/latest", {"most": "0"}, 400),
        ("/admin/hall/sections/99/cards/new", {"title": "A"}, 404),
    ],
)
def test_what_is_not_there_is_said(
    desk: TestClient, path: str, form: dict[str, str], status: int
) -> None:
    assert desk.post(path, data=form).status_code == status


def test_an_editor_arranges_nothing(desk: TestClient, hub: Hub) -> None:
    desk.cookies.clear()
    editor = logged_in(desk, hub, "editor")
    assert editor.get("/admin/hall").status_code == 403
    assert editor.post("/admin/hall/menu/archive/remove").status_code == 403
    assert menu(hub) == ["Archive", "Search"]
