"""Writing articles: what is checked, what is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.content import store, writing
from hub.content.model import Draft, Post
from hub.content.rendering import Rendered
from hub.errors import Conflict, NotFound, Refused
from hub.site.model import Site
from hub.web.state import Hub
from tests.conftest import NOW

DRAFT = Draft(title="The tide table", markdown="Body")
LATER = NOW + timedelta(days=1)


class Desk:
    """Writes through the real actions, each in its own transaction."""

    def __init__(self, hub: Hub, site: Site, rendered: Rendered) -> None:
        self.hub, self.site, self.rendered = hub, site, rendered

    def create(self, draft: Draft = DRAFT, *, publish: bool = True) -> Post:
        with self.hub.db.write() as tx:
            return writing.create(
                tx, draft, self.rendered, site=self.site, now=NOW, publish=publish
            )

    def update(self, post: Post, draft: Draft) -> Post:
        with self.hub.db.write() as tx:
            return writing.update(tx, post.id, draft, self.rendered, site=self.site, now=LATER)


@pytest.fixture
def desk(hub: Hub, site: Site, plain: Rendered) -> Desk:
    return Desk(hub, site, plain)


def test_a_title_gives_the_slug(desk: Desk) -> None:
    assert desk.create().path == "/posts/the-tide-table"


def test_publishing_sets_the_date(desk: Desk) -> None:
    assert desk.create().published_at == NOW


def test_a_draft_has_no_date(desk: Desk) -> None:
    assert desk.create(publish=False).published_at is None


def test_a_date_to_come_is_now_when_it_is_published(desk: Desk) -> None:
    assert desk.create(replace(DRAFT, published_at=LATER)).published_at == NOW


def test_the_excerpt_comes_from_the_text_when_none_is_given(desk: Desk) -> None:
    assert desk.create().excerpt == "Body"
    assert desk.create(replace(DRAFT, excerpt=" Mine  own ")).excerpt == "Mine own"


def test_the_language_is_the_sites_when_none_is_given(desk: Desk) -> None:
    assert desk.create().language == "en"
    assert desk.create(replace(DRAFT, language="fr")).language == "fr"


def test_a_taken_slug_is_a_conflict_beside_its_field(desk: Desk) -> None:
    desk.create(replace(DRAFT, slug="tide"))
    with pytest.raises(Conflict) as conflict:
        desk.create(replace(DRAFT, slug="Tide"))
    assert conflict.value.field == "slug"


def test_a_taken_title_gets_a_number(desk: Desk) -> None:
    desk.create()
    assert desk.create().slug == "the-tide-table-2"


def test_a_post_and_a_page_may_share_a_slug(desk: Desk) -> None:
    desk.create()
    assert desk.create(replace(DRAFT, kind="page")).path == "/the-tide-table"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"slug": "!!!"}, "slug"),
        ({"slug": "admin", "kind": "page"}, "slug"),
        ({"kind": "note"}, "kind"),
        ({"newsletter": "all"}, "newsletter"),
        ({"language": "english please"}, "language"),
        ({"canonical_url": "javascript:alert(1)"}, "canonical_url"),
        ({"canonical_url": "https://[bad"}, "canonical_url"),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field(
    desk: Desk, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        desk.create(replace(DRAFT, **change))  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.field == field


def test_nul_bytes_are_dropped(desk: Desk) -> None:
    assert desk.create(replace(DRAFT, title="A\0b", markdown="c\0")).markdown == "c"


def test_a_new_slug_leaves_a_redirect(desk: Desk, hub: Hub) -> None:
    post = desk.create()
    moved = desk.update(post, replace(DRAFT, slug="tides"))
    with hub.db.read() as tx:
        assert store.redirect_target(tx, "posts/the-tide-table") == post.id
    assert (moved.path, moved.uid) == ("/posts/tides", post.uid)


def test_going_back_to_the_old_slug_leaves_no_circle(desk: Desk, hub: Hub) -> None:
    post = desk.create()
    desk.update(post, replace(DRAFT, slug="tides"))
    desk.update(post, replace(DRAFT, slug="the-tide-table"))
    with hub.db.read() as tx:
        assert store.redirects_to(tx, post.id) == ["posts/tides"]


def test_a_post_that_becomes_a_page_leaves_a_redirect(desk: Desk, hub: Hub) -> None:
    post = desk.create()
    desk.update(post, replace(DRAFT, kind="page"))
    with hub.db.read() as tx:
        assert store.redirects_to(tx, post.id) == ["posts/the-tide-table"]


def test_a_draft_that_nobody_saw_leaves_no_redirect(desk: Desk, hub: Hub) -> None:
    post = desk.create(publish=False)
    desk.update(post, replace(DRAFT, slug="tides"))
    with hub.db.read() as tx:
        assert store.redirects_to(tx, post.id) == []


def test_an_update_keeps_slug_date_and_source(desk: Desk) -> None:
    post = desk.create(replace(DRAFT, source="markdown:a.md", source_hash="1"))
    after = desk.update(post, replace(DRAFT, title="Another title"))
    assert (after.slug, after.published_at, after.source, after.source_hash) == (
        post.slug,
        post.published_at,
        "markdown:a.md",
        "1",
    )


def test_an_update_to_a_taken_slug_is_a_conflict(desk: Desk) -> None:
    desk.create(replace(DRAFT, slug="tides"))
    with pytest.raises(Conflict):
        desk.update(desk.create(), replace(DRAFT, slug="tides"))


def test_an_update_of_nothing_is_not_found(desk: Desk, hub: Hub) -> None:
    with hub.db.write() as tx, pytest.raises(NotFound):
        writing.update(tx, 99, DRAFT, desk.rendered, site=desk.site, now=NOW)


def test_authors_and_topics_keep_their_order(desk: Desk, hub: Hub) -> None:
    post = desk.create(
        replace(DRAFT, authors=("Zoé Le Roux", "Anouk"), topics=("Wood", "C++", "wood", "!"))
    )
    with hub.db.read() as tx:
        assert [a.slug for a in store.authors_of(tx, post.id)] == ["zoe-le-roux", "anouk"]
        assert [(t.slug, t.name) for t in store.topics_of(tx, post.id)] == [
            ("wood", "Wood"),
            ("c-plus-plus", "C++"),
        ]


def test_two_people_with_one_slug_have_two_addresses(desk: Desk, hub: Hub) -> None:
    post = desk.create(replace(DRAFT, authors=("José", "Jose")))
    with hub.db.read() as tx:
        assert [a.slug for a in store.authors_of(tx, post.id)] == ["jose", "jose-2"]


def test_readers_see_a_published_change_at_once(desk: Desk, hub: Hub) -> None:
    before = hub.db.site_version()
    post = desk.create()
    created = hub.db.site_version()
    desk.update(post, replace(DRAFT, title="Another"))
    assert before < created < hub.db.site_version()


def test_a_draft_changes_nothing_for_readers(desk: Desk, hub: Hub) -> None:
    before = hub.db.site_version()
    desk.update(desk.create(publish=False), DRAFT)
    assert hub.db.site_version() == before
