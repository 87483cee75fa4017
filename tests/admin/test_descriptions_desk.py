"""An article's own description: what search engines and shared links say, else its summary."""

import pytest
from starlette.testclient import TestClient

from hub.content import archive, publishing, revisions, store
from hub.content.model import Post
from hub.content.rendering import render
from hub.times import to_text
from hub.web.state import Hub
from tests.admin.conftest import write
from tests.conftest import NOW

BOTH = {"excerpt": "For readers.", "description": "For engines."}


def said(desk: TestClient, post: Post) -> set[str]:
    """What the head of a page says of it."""
    head = desk.get(post.path).text.partition("</head>")[0]
    lines = [line for line in head.splitlines() if "description" in line and "<meta" in line]
    return {line.partition('content="')[2].partition('"')[0] for line in lines}


@pytest.mark.parametrize("kind", ["post", "page"])
def test_search_engines_and_shared_links_are_told_the_description(
    desk: TestClient, hub: Hub, kind: str
) -> None:
    post = write(desk, hub, title="Tides", markdown="x", kind=kind, **BOTH)
    assert said(desk, post) == {"For engines."}
    assert "For engines." in desk.get(f"/admin/posts/{post.id}").text.partition('id="share"')[2]


def test_without_one_they_are_told_the_summary(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="Tides", markdown="x", excerpt="For readers.")
    assert said(desk, post) == {"For readers."}


@pytest.mark.parametrize(
    ("front", "excerpt", "description"),
    [
        ("description: D", "D", ""),
        ("summary: S\ndescription: D", "S", "D"),
        ("excerpt: S\ndescription: S", "S", ""),
    ],
)
def test_front_matter_may_hold_it(
    desk: TestClient, hub: Hub, front: str, excerpt: str, description: str
) -> None:
    post = write(desk, hub, title="T", markdown=f"---\n{front}\n---\nWords.")
    assert (post.excerpt, post.description) == (excerpt, description)


def test_front_matter_with_a_description_leaves_a_typed_summary(desk: TestClient, hub: Hub) -> None:
    text = "---\ndescription: D\n---\nWords."
    post = write(desk, hub, title="T", markdown=text, excerpt="Typed.")
    assert (post.excerpt, post.description) == ("Typed.", "D")


def test_a_version_holds_it(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="T", markdown="x", **BOTH)
    form = {"title": "T", "markdown": "x", "newsletter": "digest", **BOTH, "description": "Anew."}
    desk.post(f"/admin/posts/{post.id}", data={**form, "updated_at": to_text(post.updated_at)})
    with hub.db.read() as tx:
        newest, first = revisions.of_post(tx, post.id)
    shown = desk.get(f"/admin/posts/{post.id}/revisions/{newest.id}").text
    assert "<dt>Description</dt><dd><del>For engines.</del> → <ins>Anew.</ins>" in shown
    opened = desk.get(f"/admin/posts/{post.id}?revision={first.id}").text
    assert ">\nFor engines.</textarea>" in opened


def test_a_version_from_before_the_field_is_not_kept_twice(hub: Hub, article: Post) -> None:
    with hub.db.write() as tx:
        revisions.keep(tx, article, author="", at=NOW)
        (kept,) = revisions.of_post(tx, article.id)
        details = revisions.find(tx, article.id, kept.id).details
        tx.execute(
            "UPDATE post_revisions SET details = :details",
            details=details.replace('"description": "", ', ""),
        )
        revisions.keep(tx, article, author="", at=NOW)
        assert len(revisions.of_post(tx, article.id)) == 1


def test_a_working_copy_keeps_it(desk: TestClient, article: Post) -> None:
    form = {"title": "T", "copy": "d" * 16, "post_id": str(article.id), **BOTH}
    desk.post("/admin/posts/autosave", data=form)
    taken_up = desk.get(f"/admin/posts/{article.id}?copy={'d' * 16}").text
    assert ">\nFor engines.</textarea>" in taken_up


def test_it_leaves_with_the_archive_and_comes_back(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="T", markdown="Words.", **BOTH)
    with hub.db.write() as tx:
        ((_, text),) = list(archive.files(tx))
        assert "description: For engines." in text
        tx.execute("DELETE FROM posts")
        site = hub.site()
        archive.restore(tx, text, render("Words.", language="en"), site=site, now=NOW)
        back = store.by_uid(tx, post.uid)
    assert back is not None
    assert (back.excerpt, back.description) == ("For readers.", "For engines.")


def test_a_deleted_article_keeps_none(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="T", markdown="Words.", **BOTH)
    with hub.db.write() as tx:
        publishing.delete(tx, post.id, NOW)
        gone = store.by_id(tx, post.id)
    assert gone is not None
    assert gone.description == ""
