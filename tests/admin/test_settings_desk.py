"""The settings at the desk: all of them, checked together, stored together."""

import pytest
from starlette.testclient import TestClient

from hub.admin import settings
from hub.app import create_app
from hub.site import options
from hub.web.state import Hub
from tests.admin.conftest import logged_in


def test_every_option_has_its_place_and_its_label() -> None:
    shown = [name for group in settings.groups() for name in group.options]
    assert sorted(shown) == sorted(options.BY_NAME)
    assert set(settings.LABELS) >= set(options.BY_NAME)


def test_every_option_is_in_the_form(desk: TestClient) -> None:
    pages = [desk.get(f"/admin/settings/{group.name}").text for group in settings.groups()]
    assert [name for name in options.BY_NAME if f' name="{name}"' not in "".join(pages)] == []


def test_the_first_page_leads_to_every_option(desk: TestClient) -> None:
    """By its name too: other pages link to /admin/settings#title."""
    page = desk.get("/admin/settings").text
    lost = [n for n in options.BY_NAME if f'id="{n}" href="{settings.path_of(n)}"' not in page]
    assert lost == []
    for path, _, _ in settings.KEEPING:
        assert f'href="{path}"' in page
        assert desk.get(path).status_code == 200
    assert desk.get("/admin/settings/nothing").status_code == 404


def test_a_group_is_stored_and_shown_again(desk: TestClient, hub: Hub) -> None:
    answer = desk.post("/admin/settings/reading", data={"posts_per_page": "9"})
    assert answer.headers["location"] == "/admin/settings/reading?done=saved"
    assert hub.site().posts_per_page == 9
    answer = desk.post("/admin/settings/reading", data={"posts_per_page": "x", "feed_items": "3"})
    assert answer.status_code == 400
    for text in ('value="x"', 'value="3"', 'id="posts_per_page-error"'):
        assert text in answer.text
    assert 'name="title"' not in answer.text


def test_settings_are_stored(desk: TestClient, hub: Hub) -> None:
    form = {"title": "Quay Letters", "weekly_day": "tuesday", "posts_per_page": "7"}
    assert desk.post("/admin/settings", data=form).status_code == 303
    site = hub.site()
    assert (site.title, site.weekly_day, site.posts_per_page) == ("Quay Letters", "tuesday", 7)


def test_a_wrong_value_stores_nothing_and_keeps_what_was_typed(desk: TestClient, hub: Hub) -> None:
    form = {"title": "Quay Letters", "weekly_time": "25:00", "timezone": "Europe/Paris"}
    answer = desk.post("/admin/settings", data=form)
    assert answer.status_code == 400
    assert 'id="weekly_time-error"' in answer.text
    assert 'value="25:00"' in answer.text
    assert 'value="Quay Letters"' in answer.text
    assert "<option></option>" not in answer.text.replace(' value="" selected', "")
    assert hub.site().title == "Harbour Notes"


def test_a_time_zone_that_the_list_lacks_is_not_lost(desk: TestClient) -> None:
    desk.post("/admin/settings", data={"timezone": "Etc/GMT+3"})
    assert '<option value="Etc/GMT+3" selected>' in desk.get("/admin/settings/site").text


def test_whoever_moves_the_site_to_another_scheme_stays_logged_in(desk: TestClient) -> None:
    answer = desk.post("/admin/settings", data={"base_url": "http://hub.test"})
    assert answer.headers["set-cookie"].startswith("hub=")
    assert desk.get("/admin").status_code == 200


@pytest.mark.parametrize("path", ["/admin/settings", "/admin/subscribers", "/admin/newsletter"])
def test_an_editor_sees_no_line_to_what_is_the_owners(hub: Hub, path: str) -> None:
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        assert path not in logged_in(client, hub, "editor").get("/admin/posts").text
