"""Accent, logo, icon and the picture for shared links: chosen at the desk, seen by readers."""

import io

import pytest
from PIL import Image
from starlette.testclient import TestClient

from hub.site import store as sites
from hub.web.state import Hub
from tests.content.conftest import picture
from tests.posts import add


def upload(desk: TestClient, name: str, data: bytes) -> int:
    files = {"picture": ("a.png", data, "image/png")}
    return desk.post(f"/admin/look/{name}", files=files).status_code


@pytest.mark.parametrize("name", ["logo", "icon", "social_image"])
def test_an_uploaded_picture_is_taken_and_given_back(desk: TestClient, hub: Hub, name: str) -> None:
    assert upload(desk, name, picture("PNG")) == 303
    address = str(getattr(hub.site(), name))
    assert desk.get(address).status_code == 200
    assert address in desk.get("/admin/look").text
    assert desk.post(f"/admin/look/{name}", data={"chosen": ""}).status_code == 303
    assert getattr(hub.site(), name) == ""
    assert desk.post(f"/admin/look/{name}", data={"chosen": address}).status_code == 303
    assert getattr(hub.site(), name) == address


@pytest.mark.parametrize(
    "chosen", ["/media/aa/" + "0" * 32 + ".png", "/media/../secret.key", "https://x.test/a.png"]
)
def test_what_is_no_picture_of_the_site_is_refused(desk: TestClient, hub: Hub, chosen: str) -> None:
    assert desk.post("/admin/look/logo", data={"chosen": chosen}).status_code == 400
    assert hub.site().logo == ""


def test_what_is_no_picture_at_all_is_refused(desk: TestClient, hub: Hub) -> None:
    assert upload(desk, "icon", b"<svg onload='x()'/>") == 400
    assert hub.site().icon == ""
    assert desk.post("/admin/look/title", data={"chosen": ""}).status_code == 404


def test_the_logo_stands_for_the_name(desk: TestClient, hub: Hub) -> None:
    upload(desk, "logo", picture("PNG", (120, 40)))
    page = desk.get("/archive").text
    assert f'src="{hub.site().logo}" width="120" height="40" alt="Harbour Notes"' in page


def test_the_icon_is_a_square_of_the_picture(desk: TestClient, hub: Hub) -> None:
    upload(desk, "icon", picture("JPEG", (120, 40)))
    page = desk.get("/").text
    for name, size in (("icon.png", 96), ("touch.png", 180)):
        address = next(part for part in page.split('"') if part.endswith(name))
        answer = desk.get(address)
        assert answer.headers["cache-control"].endswith("immutable")
        with Image.open(io.BytesIO(answer.content)) as icon:
            assert (icon.format, icon.size) == ("PNG", (size, size))
    assert desk.get("/favicon.ico").headers["content-type"] == "image/png"


def test_an_icon_whose_file_is_gone_harms_nothing(desk: TestClient, hub: Hub) -> None:
    upload(desk, "icon", picture("PNG"))
    for path in hub.settings.media.rglob("*.png"):
        path.write_bytes(b"broken")
    assert desk.get("/favicon.ico").status_code == 404
    assert desk.get("/").status_code == 200


def test_without_an_icon_the_letter_serves(desk: TestClient) -> None:
    assert ">H</text>" in desk.get("/favicon.ico").text
    assert desk.get("/assets/x/touch.png").status_code == 404


def test_shared_links_show_the_cover_else_the_sites_picture(desk: TestClient, hub: Hub) -> None:
    upload(desk, "social_image", picture("PNG"))
    with hub.db.write() as tx:
        add(tx, "plain")
        add(tx, "covered", cover="/media/aa/cover.jpg")
    site_image = f'property="og:image" content="https://hub.test{hub.site().social_image}"'
    assert site_image in desk.get("/").text
    assert site_image in desk.get("/posts/plain").text
    assert site_image not in desk.get("/posts/covered").text
    assert desk.get("/posts/covered").text.count('"og:image"') == 1


def test_the_accent_has_a_style_sheet_of_its_own(desk: TestClient, hub: Hub) -> None:
    assert "accent.css" not in desk.get("/").text
    assert desk.get("/assets/ffffff/accent.css").status_code == 404
    with hub.db.write() as tx:
        sites.put(tx, "accent_colour", "#7A2E4D")
    assert '<link rel="stylesheet" href="/assets/7a2e4d/accent.css">' in desk.get("/").text
    answer = desk.get("/assets/7a2e4d/accent.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "--accent:#7a2e4d" in answer.text
    assert 'fill="#7a2e4d"' in desk.get("/assets/icon.svg").text


@pytest.mark.parametrize("value", ["red", "#fff", "#12345g", "#0b5f50;}body{display:none"])
def test_what_is_no_colour_is_refused(desk: TestClient, hub: Hub, value: str) -> None:
    assert desk.post("/admin/settings", data={"accent_colour": value}).status_code == 400
    assert hub.site().accent_colour == ""
