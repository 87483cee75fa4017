"""What the desk keeps of a text: what is typed, each version, and when it appears."""

from datetime import timedelta

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from hub.content import publishing, revisions
from hub.content.model import Post
from hub.site import store as sites
from hub.times import to_text
from hub.web.state import Hub
from tests.admin.conftest import write
from tests.content.conftest import picture
from tests.newsletter.cast import tick

COPY = "a" * 22


def typed(post: Post | None = None, **fields: str) -> dict[str, str]:
    of_post = {"post_id": str(post.id), "updated_at": to_text(post.updated_at)} if post else {}
    return {"kind": "post", "title": "Tides", "markdown": "Low.", "copy": COPY, **of_post, **fields}


def test_what_is_typed_is_offered_again_until_it_is_saved(desk: TestClient) -> None:
    answer = desk.post("/admin/posts/autosave", data=typed(markdown="Half a sent"))
    assert answer.json()["changed"] is False
    assert f"/admin/posts/new?copy={COPY}" in desk.get("/admin/posts").text
    assert "Half a sent" in desk.get(f"/admin/posts/new?copy={COPY}").text
    desk.post("/admin/posts/new", data=typed(action="save"))
    assert COPY not in desk.get("/admin/posts").text


def test_of_a_post_it_is_offered_on_its_page(desk: TestClient, article: Post) -> None:
    desk.post("/admin/posts/autosave", data=typed(article, markdown="Other words"))
    page = desk.get(f"/admin/posts/{article.id}").text
    assert "Other words" not in page
    assert f"?copy={COPY}" in page
    assert "Other words" in desk.get(f"/admin/posts/{article.id}?copy={COPY}").text
    desk.post(f"/admin/posts/copies/{COPY}/drop")
    assert COPY not in desk.get(f"/admin/posts/{article.id}").text


def test_it_says_that_somebody_saved_meanwhile(desk: TestClient, article: Post) -> None:
    old = to_text(article.updated_at - timedelta(hours=1))
    data = typed(article, updated_at=old)
    assert desk.post("/admin/posts/autosave", data=data).json()["changed"] is True
    # Going on with it and saving shows both.
    page = desk.get(f"/admin/posts/{article.id}?copy={COPY}").text
    assert f'value="{old}"' in page


def test_nothing_is_kept_of_who_is_logged_out(desk: TestClient) -> None:
    desk.cookies.clear()
    assert desk.post("/admin/posts/autosave", data=typed()).status_code == 403


def test_a_version_can_be_compared_and_restored(desk: TestClient, hub: Hub, article: Post) -> None:
    data = typed(article, title=article.title, markdown="New words.", action="save")
    desk.post(f"/admin/posts/{article.id}", data=data)
    with hub.db.read() as tx:
        new, old = revisions.of_post(tx, article.id)
    page = desk.get(f"/admin/posts/{article.id}/revisions/{new.id}").text
    assert "New words." in page
    assert "taken away:" in page
    assert str(old.id) in desk.get(f"/admin/posts/{article.id}/revisions").text
    form = desk.get(f"/admin/posts/{article.id}?revision={old.id}").text
    assert article.markdown.splitlines()[0] in form
    assert "not saved yet" in form
    assert desk.get(f"/admin/posts/{article.id}/revisions/99999").status_code == 404


def test_a_draft_appears_at_its_time(desk: TestClient, hub: Hub) -> None:
    draft = write(desk, hub, "save", title="Later", markdown="x")
    data = typed(draft, title="Later", action="schedule", publish_at="2030-01-05T08:00")
    assert desk.post(f"/admin/posts/{draft.id}", data=data).status_code == 303
    assert "scheduled" in desk.get("/admin/posts").text
    assert 'value="2030-01-05T08:00"' in desk.get(f"/admin/posts/{draft.id}").text
    with hub.db.read() as tx:
        at = publishing.find(tx, draft.id).publish_at
    assert at is not None
    tick(hub, at)
    assert desk.get(draft.path).status_code == 200


@pytest.mark.parametrize("when", ["2020-01-01T08:00", "soon", ""])
def test_a_wrong_time_is_said_beside_it(desk: TestClient, when: str) -> None:
    data = typed(action="schedule", publish_at=when, markdown="My words")
    answer = desk.post("/admin/posts/new", data=data)
    assert answer.status_code == 400
    assert 'id="publish_at-error"' in answer.text
    assert "My words" in answer.text
    assert "My words" not in desk.get("/admin/posts").text


BY_SCRIPT = {"accept": "application/json"}


def test_a_picture_out_of_the_editor(desk: TestClient) -> None:
    def upload(data: bytes) -> Response:
        files = {"picture": ("a.png", data)}
        return desk.post("/admin/media/upload", files=files, headers=BY_SCRIPT)

    assert upload(picture("PNG")).json()["address"].startswith("/media/")
    # Whatever the reason, before the picture is looked at or after, the script can say it.
    for data, status, said in [
        (b"no picture", 400, "not a picture"),
        (b"x" * 20_000_001, 413, "at most 20 MB"),
        (b"x" * 25_100_000, 413, "20 MB"),
    ]:
        answer = upload(data)
        assert answer.status_code == status
        assert said in answer.json()["reason"]
    desk.cookies.clear()
    assert "logged out" in upload(b"x" * 3_000_000).json()["reason"]


def test_what_is_too_long_is_not_said_to_be_kept(desk: TestClient) -> None:
    data = typed(markdown="x" * 1_000_001)
    answer = desk.post("/admin/posts/autosave", data=data, headers=BY_SCRIPT)
    assert answer.status_code == 413
    assert "too long" in answer.json()["reason"]
    # The longest is kept, however it is written on its way.
    data = typed(markdown="潮" * 333_333)
    assert desk.post("/admin/posts/autosave", data=data).status_code == 200


def test_a_browser_forgets_just_the_version_that_was_saved(desk: TestClient) -> None:
    answer = desk.post("/admin/posts/new", data=typed(action="save", version="17"))
    assert f"saved={COPY}&version=17&" in answer.headers["location"]


def test_scripts_come_with_their_folder(desk: TestClient) -> None:
    page = desk.get("/admin/posts/new", follow_redirects=True).text
    address = page.split('<script type="module" src="')[1].split('"')[0]
    answer = desk.get(address)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert desk.get(address.replace("editor.js", "none.js")).status_code == 404


def test_a_draft_can_be_shown_by_its_link(desk: TestClient, hub: Hub) -> None:
    draft = write(desk, hub, "save", title="Soon", markdown="Not *yet*.")
    page = desk.get(f"/admin/posts/{draft.id}").text
    link = page.split('id="draft-url" readonly value="https://hub.test')[1].split('"')[0]
    desk.cookies.clear()
    shown = desk.get(link)
    assert "<em>yet</em>" in shown.text
    assert shown.headers["x-robots-tag"] == "noindex"
    assert shown.headers["cache-control"] == "no-store"
    assert desk.get(link[:-2] + "xx").status_code == 404
    with hub.db.write() as tx:
        publishing.publish(tx, draft.id, hub.now())
    assert desk.get(link).headers["location"] == draft.path


def test_versions_are_compared_in_the_words_of_the_owner(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="Tides", markdown="Low.", newsletter="digest", language="en")
    with hub.db.write() as tx:
        sites.put(tx, "language", "fr")
    data = typed(post, newsletter="none", language="fr", cover_alt="Un quai")
    desk.post(f"/admin/posts/{post.id}", data=data)
    with hub.db.read() as tx:
        newest = revisions.of_post(tx, post.id)[0]
    page = desk.get(f"/admin/posts/{post.id}/revisions/{newest.id}").text
    changed = page.partition('<dl class="facts">')[2].partition("</dl>")[0]
    assert "<del>dans la lettre</del> → <ins>hors de la lettre</ins>" in changed
    assert "<dt>Langue</dt><dd><del>English</del> → <ins>Français</ins></dd>" in changed
    assert not {"digest", "none"} & set(changed.replace("<", ">").split(">"))
