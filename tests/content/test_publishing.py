"""Drafts, publishing, deleting, and old addresses."""

from datetime import timedelta

import pytest

from hub.content import publishing, redirects, store, writing
from hub.content.model import Draft, Post
from hub.content.rendering import Rendered
from hub.errors import NotFound
from hub.site.model import Site
from hub.web.state import Hub
from tests.conftest import NOW

LATER = NOW + timedelta(days=3)


@pytest.fixture
def post(hub: Hub, site: Site, plain: Rendered) -> Post:
    draft = Draft(
        title="Tide",
        markdown="Body",
        authors=("Anouk",),
        topics=("Wood",),
        source="markdown:tide.md",
        source_hash="1",
    )
    with hub.db.write() as tx:
        return writing.create(tx, draft, plain, site=site, now=NOW, publish=False)


def test_publishing_gives_a_date(hub: Hub, post: Post) -> None:
    with hub.db.write() as tx:
        published = publishing.publish(tx, "tide", LATER)
    assert (published.status, published.published_at) == ("published", LATER)


def test_publishing_again_keeps_the_first_date(hub: Hub, post: Post) -> None:
    with hub.db.write() as tx:
        publishing.publish(tx, post.id, NOW)
        publishing.unpublish(tx, post.id, NOW)
        assert publishing.publish(tx, post.id, LATER).published_at == NOW


def test_taking_back_makes_a_draft(hub: Hub, post: Post) -> None:
    with hub.db.write() as tx:
        publishing.publish(tx, post.id, NOW)
        assert publishing.unpublish(tx, post.id, NOW).status == "draft"


def test_deleting_empties_the_row_and_keeps_its_place(hub: Hub, post: Post) -> None:
    with hub.db.write() as tx:
        publishing.delete(tx, "tide", NOW)
        left = store.by_id(tx, post.id)
        assert left is not None
        assert (left.status, left.slug, left.source, left.uid) == (
            "deleted",
            "tide",
            "markdown:tide.md",
            post.uid,
        )
        assert (left.title, left.markdown, left.html, left.plain_text) == ("", "", "", "")
        assert store.authors_of(tx, post.id) == []


def test_a_deleted_post_is_not_found(hub: Hub, post: Post) -> None:
    with hub.db.write() as tx:
        publishing.delete(tx, post.id, NOW)
        for name in (post.id, "tide"):
            with pytest.raises(NotFound):
                publishing.publish(tx, name, NOW)


def test_the_slug_of_a_deleted_post_is_free(
    hub: Hub, post: Post, site: Site, plain: Rendered
) -> None:
    with hub.db.write() as tx:
        publishing.delete(tx, post.id, NOW)
        draft = Draft(title="Tide", markdown="New", slug="tide")
        assert writing.create(tx, draft, plain, site=site, now=NOW, publish=True).slug == "tide"


def test_the_ledger_keeps_a_deleted_post(hub: Hub, post: Post) -> None:
    with hub.db.write() as tx:
        tx.execute(
            "INSERT INTO editions (id, stream, period, status, subject, reason, created_at,"
            " queued_up_to) VALUES (1, 'weekly', '2026-W47', 'sent', 's', '', :now, 0)",
            now=NOW,
        )
        tx.execute(
            "INSERT INTO edition_posts (edition_id, stream, post_id, position)"
            " VALUES (1, 'weekly', :id, 0)",
            id=post.id,
        )
        publishing.delete(tx, post.id, NOW)
        assert tx.scalar("SELECT post_id FROM edition_posts") == post.id


def test_a_page_is_named_with_a_slash(hub: Hub, post: Post, site: Site, plain: Rendered) -> None:
    with hub.db.write() as tx:
        page = writing.create(
            tx,
            Draft(title="Tide", markdown="x", kind="page"),
            plain,
            site=site,
            now=NOW,
            publish=True,
        )
        assert publishing.find(tx, "/tide").id == page.id
        assert publishing.find(tx, "tide").id == post.id
        assert publishing.find(tx, "/posts/tide").id == post.id


def test_each_change_reaches_readers(hub: Hub, post: Post) -> None:
    versions = [hub.db.site_version()]
    for change in (publishing.publish, publishing.unpublish, publishing.delete):
        with hub.db.write() as tx:
            change(tx, post.id, NOW)
        versions.append(hub.db.site_version())
    assert versions == sorted(set(versions))


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/2014/12/12/tide/", "2014/12/12/tide"),
        ("https://old.test/a%20b.html?x=1#y", "a b.html"),
        ("a//b/./c", "a/b/c"),
        ("../etc/passwd", ""),
        ("http://[bad", ""),
        ("/", ""),
    ],
)
def test_an_old_address_is_kept_without_slashes(address: str, path: str) -> None:
    assert redirects.normalised(address) == path


def test_an_old_address_leads_to_one_post_only(
    hub: Hub, post: Post, site: Site, plain: Rendered
) -> None:
    with hub.db.write() as tx:
        other = writing.create(
            tx, Draft(title="Other", markdown="x"), plain, site=site, now=NOW, publish=True
        )
        assert redirects.add(tx, "/old/", post.id, NOW)
        assert redirects.add(tx, "old", post.id, NOW)
        assert not redirects.add(tx, "/old", other.id, NOW)
        assert store.redirect_target(tx, "old") == post.id
