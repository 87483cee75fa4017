"""Writing at the desk: nothing that was typed is ever lost."""

import pytest
from starlette.testclient import TestClient

from hub.content import publishing, store
from hub.content.model import Post
from hub.times import to_text
from hub.web.state import Hub
from tests.admin.conftest import write


def test_an_article_is_published_and_readers_see_it(desk: TestClient, article: Post) -> None:
    assert article.status == "published"
    assert "<em>back</em>" in desk.get(article.path).text


def test_a_draft_is_seen_at_the_desk_only(desk: TestClient, hub: Hub) -> None:
    draft = write(desk, hub, "save", title="Not yet", markdown="Soon.")
    assert draft.status == "draft"
    assert desk.get(draft.path).status_code == 404
    assert "Soon." in desk.get(f"/admin/posts/{draft.id}/preview").text


def test_authors_and_topics_are_names_with_commas(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="Two", markdown="x", authors="Ada, Bob", topics="Sea, Boats")
    with hub.db.read() as tx:
        assert [author.name for author in store.authors_of(tx, post.id)] == ["Ada", "Bob"]
        assert [topic.slug for topic in store.topics_of(tx, post.id)] == ["sea", "boats"]


def test_a_page_lives_at_the_top_and_never_in_the_newsletter(desk: TestClient, hub: Hub) -> None:
    page = write(desk, hub, kind="page", title="About", markdown="Who we are.")
    assert (page.path, page.newsletter) == ("/about", "none")
    assert "Who we are." in desk.get("/about").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("slug", "!!!"), ("canonical_url", "not an address"), ("language", "??")],
)
def test_a_refused_article_keeps_what_was_typed(desk: TestClient, field: str, value: str) -> None:
    form = {"title": "A title", "markdown": "A long <text>", "topics": "Sea", field: value}
    answer = desk.post("/admin/posts/new", data=form)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert "A long &lt;text&gt;" in answer.text
    assert 'value="Sea"' in answer.text


def test_a_taken_address_is_said_beside_its_field(desk: TestClient, article: Post) -> None:
    form = {"title": "Another", "markdown": "x", "slug": article.slug}
    answer = desk.post("/admin/posts/new", data=form)
    assert answer.status_code == 400
    assert 'id="slug-error"' in answer.text


def test_of_two_who_save_the_second_sees_both_versions(
    desk: TestClient, hub: Hub, article: Post
) -> None:
    url, seen = f"/admin/posts/{article.id}", to_text(article.updated_at)
    first = {"title": "Theirs", "markdown": "Their text", "updated_at": seen}
    assert desk.post(url, data=first).status_code == 303
    second = {"title": "Mine", "markdown": "My text", "updated_at": seen}
    answer = desk.post(url, data=second)
    assert answer.status_code == 409
    assert "Their text" in answer.text
    assert "My text" in answer.text
    with hub.db.read() as tx:
        stored = publishing.find(tx, article.id)
    assert stored.markdown == "Their text"
    # The form now carries the version that was shown, so saving again is a decision.
    second["updated_at"] = to_text(stored.updated_at)
    assert second["updated_at"] in answer.text
    assert desk.post(url, data=second).status_code == 303


def test_a_text_of_code_keeps_its_first_spaces(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="Code", markdown="    indented\r\n    code")
    assert post.markdown == "    indented\n    code"
    answer = desk.get(f"/admin/posts/{post.id}").text
    assert ">\n    indented\n    code</textarea>" in answer


def test_the_first_paragraph_is_not_pinned_as_the_summary(desk: TestClient, article: Post) -> None:
    assert article.excerpt == "They are back."
    form, _, _ = desk.get(f"/admin/posts/{article.id}").text.partition('id="share"')
    assert "They are back." not in form


def test_a_preview_shows_what_is_typed_and_saves_nothing(desk: TestClient, hub: Hub) -> None:
    form = {"title": "Not saved", "markdown": "Only **looked** at."}
    answer = desk.post("/admin/posts/preview", data=form)
    assert "<strong>looked</strong>" in answer.text
    with hub.db.read() as tx:
        assert store.listed(tx) == []


def test_a_script_in_a_text_is_shown_to_nobody(desk: TestClient) -> None:
    form = {"title": "x", "markdown": "<script>alert(1)</script><img src=x onerror=alert(1)>"}
    answer = desk.post("/admin/posts/preview", data=form)
    assert "<script>" not in answer.text
    assert "onerror" not in answer.text


def test_pictures_that_lead_nowhere_are_named(desk: TestClient) -> None:
    form = {"title": "x", "markdown": "![boat](boat.png)", "action": "save"}
    answer = desk.post("/admin/posts/new", data=form, follow_redirects=True)
    assert "<code>boat.png</code>" in answer.text


def test_taking_an_article_off_the_site_asks_first(desk: TestClient, article: Post) -> None:
    url = f"/admin/posts/{article.id}/unpublish"
    assert desk.get(url).status_code == 200
    assert desk.get(article.path).status_code == 200
    assert desk.post(url).status_code == 303
    assert desk.get(article.path).status_code == 404


def test_deleting_asks_first_and_leaves_a_410(desk: TestClient, article: Post) -> None:
    url = f"/admin/posts/{article.id}/delete"
    assert article.title in desk.get(url).text
    assert desk.get(article.path).status_code == 200
    assert desk.post(url).status_code == 303
    assert desk.get(article.path).status_code == 410
    assert desk.get(f"/admin/posts/{article.id}").status_code == 404


def test_lists_show_drafts_before_what_is_published(desk: TestClient, hub: Hub) -> None:
    write(desk, hub, title="Out already", markdown="x")
    write(desk, hub, "save", title="Still a draft", markdown="x")
    everything = desk.get("/admin/posts").text
    assert everything.index("Still a draft") < everything.index("Out already")
    assert "Out already" not in desk.get("/admin/posts?status=draft").text
    assert "Still a draft" not in desk.get("/admin/posts?status=published").text


@pytest.mark.parametrize("query", ["page=0", "page=99", "page=x", "status='", "page=1e9"])
def test_no_query_breaks_the_list(desk: TestClient, article: Post, query: str) -> None:
    assert desk.get(f"/admin/posts?{query}").status_code in (200, 404)
