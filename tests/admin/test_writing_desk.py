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


def test_a_text_that_is_too_long_comes_back_with_the_reason(desk: TestClient) -> None:
    form = {"title": "Long", "markdown": "The tide tables. " * 350_000 + "The end."}
    answer = desk.post("/admin/posts/new", data=form)
    assert answer.status_code == 400
    assert 'id="markdown-error"' in answer.text
    assert "The end.</textarea>" in answer.text


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


def test_words_that_nobody_typed_describe_no_picture(desk: TestClient, hub: Hub) -> None:
    text = "![what the picture shows](/media/a.png)\n\n![ce que montre l’image](/media/b.png)"
    post = write(desk, hub, title="Quay", markdown=f"{text}\n\n![A quay](/media/c.png)")
    assert "what the picture" not in post.html
    assert post.html.count('alt=""') == 2
    assert "2 pictures have no description" in desk.get(f"/admin/posts/{post.id}").text


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


FILE = """+++
title = "High water"
path = "2025/06/26/high-water"
authors = ["Ada"]
description = "What the moon does."
date = 2025-06-26T08:00:00Z

[taxonomies]
tags = ["Sea"]
+++

The moon draws the *sea*.
"""


def test_front_matter_above_the_text_fills_the_fields(desk: TestClient, hub: Hub) -> None:
    shown = desk.post("/admin/posts/preview", data={"title": "", "markdown": FILE})
    assert "<em>sea</em>" in shown.text
    assert "path =" not in shown.text
    post = write(desk, hub, title="", markdown=FILE, newsletter="none")
    assert (post.title, post.slug, post.excerpt) == (
        "High water",
        "high-water",
        "What the moon does.",
    )
    assert post.markdown.strip() == "The moon draws the *sea*."
    assert (post.newsletter, str(post.published_at)[:10]) == ("none", "2025-06-26")
    with hub.db.read() as tx:
        assert [author.name for author in store.authors_of(tx, post.id)] == ["Ada"]
        assert [topic.name for topic in store.topics_of(tx, post.id)] == ["Sea"]


def test_front_matter_that_cannot_be_read_is_said_and_kept(desk: TestClient) -> None:
    text = "---\ntitle: [a\n---\nWords."
    answer = desk.post("/admin/posts/new", data={"title": "T", "markdown": text})
    assert answer.status_code == 400
    assert 'id="markdown-error"' in answer.text
    assert "title: [a" in answer.text


def test_a_rule_across_the_page_is_no_front_matter(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="T", markdown="---\n\nWords.\n\n---\n\nMore.")
    assert (post.title, post.html.count("<hr")) == ("T", 2)


def test_what_was_typed_into_a_deleted_article_becomes_a_new_one(
    desk: TestClient, hub: Hub, article: Post
) -> None:
    form = {
        "title": "Kept",
        "markdown": "Every word.",
        "post_id": str(article.id),
        "updated_at": to_text(article.updated_at),
    }
    desk.post(f"/admin/posts/{article.id}/delete")
    kept = desk.post("/admin/posts/autosave", data={**form, "copy": "c" * 16})
    assert kept.json()["gone"] is True
    for action in ("save", "publish"):
        answer = desk.post(f"/admin/posts/{article.id}", data={**form, "action": action})
        assert answer.status_code == 409
        assert "was deleted meanwhile" in answer.text
        assert "Every word." in answer.text
        assert 'action="/admin/posts/new"' in answer.text
    refused = desk.post(f"/admin/posts/{article.id}", data={**form, "slug": "!!!"})
    assert "was deleted meanwhile" in refused.text


def test_the_page_of_a_new_article_makes_one_however_often_it_is_sent(
    desk: TestClient, hub: Hub
) -> None:
    form = {"title": "Once", "markdown": "One.", "copy": "t" * 22, "action": "publish"}
    first = desk.post("/admin/posts/new", data=form, follow_redirects=False)
    assert first.status_code == 303
    second = desk.post("/admin/posts/new", data={**form, "markdown": "Two."})
    assert second.status_code == 303
    with hub.db.read() as tx:
        (post,) = [p for p in store.shelved(tx) if p.slug.startswith("once")]
        assert publishing.find(tx, post.id).markdown.strip() == "Two."
    # Changed elsewhere since: both are shown, and nothing is made.
    third = desk.post("/admin/posts/new", data={**form, "markdown": "Three."})
    assert third.status_code == 409
    assert "Two." in third.text
    assert "Three." in third.text


def test_everything_that_is_wrong_is_told_at_once(desk: TestClient, article: Post) -> None:
    wrong = {
        "title": "",
        "markdown": "---\ntitle: [a\n---\nWords.",
        "slug": article.slug,
        "excerpt": "x" * 601,
        "description": "x" * 601,
        "cover": "/media/ab/gone.png",
        "audio": "/media/ab/gone.mp3",
        "language": "??",
        "translation_of": "nowhere",
        "canonical_url": "nowhere",
        "publish_at": "2020-01-01T08:00",
    }
    answer = desk.post("/admin/posts/new", data={**wrong, "action": "schedule"})
    assert answer.status_code == 400
    told = {field for field in wrong if f'id="{field}-error"' in answer.text}
    # The title may stand in what could not be read.
    assert told == wrong.keys() - {"title"}
    assert all(f"{'x' * 601}</textarea>" in part for part in answer.text.split('rows="3"')[1:])
    untitled = desk.post("/admin/posts/new", data={**wrong, "markdown": "Words."})
    assert 'id="title-error"' in untitled.text
    assert 'id="slug-error"' in untitled.text


def test_back_on_the_page_of_a_new_article_is_the_article_that_it_made(desk: TestClient) -> None:
    page = desk.get("/admin/posts/new")
    assert page.status_code == 303
    place = page.headers["location"]
    form = {"title": "Once", "markdown": "One.", "action": "publish"}
    token = desk.get(place).text.partition('name="copy" value="')[2].partition('"')[0]
    assert place == f"/admin/posts/new?copy={token}"
    made = desk.post("/admin/posts/new", data={**form, "copy": token}).headers["location"]
    # A browser without script asks for the page again.
    back = desk.get(place)
    assert (back.status_code, back.headers["location"]) == (303, made.partition("?")[0])


@pytest.mark.parametrize("name", ["short", "x" * 65, "<b>" * 9])
def test_no_address_names_the_page_of_a_new_article_otherwise(desk: TestClient, name: str) -> None:
    answer = desk.get("/admin/pages/new", params={"copy": name})
    assert answer.status_code == 303
    assert len(answer.headers["location"]) == len("/admin/pages/new?copy=") + 22
