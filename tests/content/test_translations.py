"""Articles that say the same in several languages."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from hub.content import publishing, store, translations, writing
from hub.content.model import Draft, Post
from hub.content.rendering import Rendered
from hub.errors import Refused
from hub.site.model import Site
from hub.web.state import Hub
from tests.conftest import NOW

TIDES = Draft(title="Tides", markdown="Body", language="en")
MAREES = Draft(title="Marées", markdown="Texte", language="fr", translation_of="tides")
GEZEITEN = Draft(title="Gezeiten", markdown="Text", language="de", translation_of="tides")


class Desk:
    """Writes through the real actions; `imported` as an import does."""

    def __init__(self, hub: Hub, site: Site, rendered: Rendered) -> None:
        self.hub, self.site, self.rendered = hub, site, rendered

    def write(self, draft: Draft, *, publish: bool = True, imported: bool = False) -> Post:
        source = f"markdown:{draft.title}.md" if imported else None
        with self.hub.db.write() as tx:
            return writing.create(
                tx,
                replace(draft, source=source),
                self.rendered,
                site=self.site,
                now=NOW,
                publish=publish,
            )

    def update(self, post: Post, draft: Draft) -> Post:
        with self.hub.db.write() as tx:
            return writing.update(tx, post.id, draft, self.rendered, site=self.site, now=NOW)

    def languages(self, post: Post) -> list[str]:
        """Those that the article can be read in, the original first."""
        with self.hub.db.read() as tx:
            found = translations.versions(tx, post)
            kind = translations.of_many(tx, post.kind, [post.id])
        assert kind.get(post.id, ()) == found
        return [version.language for version in found]


@pytest.fixture
def desk(hub: Hub, site: Site, plain: Rendered) -> Desk:
    return Desk(hub, site, plain)


def test_each_version_knows_the_others(desk: Desk) -> None:
    posts = [desk.write(draft) for draft in (TIDES, MAREES, GEZEITEN)]
    for post in posts:
        assert desk.languages(post) == ["en", "fr", "de"]


def test_an_article_alone_has_no_versions(desk: Desk) -> None:
    assert desk.languages(desk.write(TIDES)) == []


def test_an_import_may_bring_the_translation_first(desk: Desk) -> None:
    french = desk.write(MAREES, imported=True)
    assert desk.languages(french) == []
    english = desk.write(TIDES, imported=True)
    assert desk.languages(french) == desk.languages(english) == ["en", "fr"]


def test_a_word_that_no_article_has_for_its_slug_joins_too(desk: Desk) -> None:
    first = desk.write(replace(MAREES, translation_of="tide-key"), imported=True)
    second = desk.write(replace(GEZEITEN, translation_of="tide-key"), imported=True)
    assert desk.languages(first) == desk.languages(second) == ["fr", "de"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_a_translation_of_a_translation_belongs_to_the_original(
    desk: Desk, order: tuple[int, ...]
) -> None:
    chain = [TIDES, MAREES, replace(GEZEITEN, translation_of="marees")]
    posts = [desk.write(chain[number], imported=True) for number in order]
    (found,) = {tuple(desk.languages(post)) for post in posts}
    assert (found[0], set(found)) == ("en", {"en", "fr", "de"})


def test_two_that_name_each_other_stay_together(desk: Desk) -> None:
    english = desk.write(replace(TIDES, translation_of="marees"), imported=True)
    french = desk.write(MAREES, imported=True)
    assert sorted(desk.languages(english)) == sorted(desk.languages(french)) == ["en", "fr"]


def test_nothing_translates_itself(desk: Desk) -> None:
    post = desk.write(replace(TIDES, translation_of="tides"), imported=True)
    with desk.hub.db.read() as tx:
        assert translations.original_of(tx, post.id) == ""


def test_links_lead_both_ways_or_nowhere(desk: Desk) -> None:
    """Of two in the same language only the first is a version."""
    english, french = desk.write(TIDES), desk.write(MAREES)
    other = desk.write(replace(MAREES, title="Marées encore"))
    assert desk.languages(english) == desk.languages(french) == ["en", "fr"]
    assert desk.languages(other) == []


def test_a_draft_is_no_version_yet(desk: Desk) -> None:
    english, french = desk.write(TIDES), desk.write(MAREES, publish=False)
    assert desk.languages(english) == []
    with desk.hub.db.write() as tx:
        publishing.publish(tx, french.id, NOW)
    assert desk.languages(english) == ["en", "fr"]


def test_the_original_may_move(desk: Desk) -> None:
    english, french = desk.write(TIDES), desk.write(MAREES)
    english = desk.update(english, replace(TIDES, slug="ebb-and-flow"))
    assert desk.languages(english) == desk.languages(french) == ["en", "fr"]


def test_what_is_deleted_belongs_to_nothing(desk: Desk) -> None:
    english, french, german = (desk.write(draft) for draft in (TIDES, MAREES, GEZEITEN))
    with desk.hub.db.write() as tx:
        publishing.delete(tx, english.id, NOW)
    assert desk.languages(french) == desk.languages(german) == ["fr", "de"]
    with desk.hub.db.write() as tx:
        publishing.delete(tx, german.id, NOW)
        assert translations.original_of(tx, german.id) == ""
    assert desk.languages(french) == []


def test_it_can_be_taken_back(desk: Desk) -> None:
    english, french = desk.write(TIDES), desk.write(MAREES)
    french = desk.update(french, replace(MAREES, translation_of=""))
    assert desk.languages(english) == desk.languages(french) == []


def test_pages_and_articles_are_apart(desk: Desk) -> None:
    desk.write(TIDES)
    with pytest.raises(Refused) as caught:
        desk.write(replace(MAREES, kind="page"))
    assert caught.value.field == "translation_of"


@pytest.mark.parametrize(
    "typed", ["tides", " /posts/tides ", "https://hub.test/posts/tides?x=1#top", "tides.md"]
)
def test_the_original_is_named_by_its_address(desk: Desk, typed: str) -> None:
    english = desk.write(TIDES)
    desk.write(replace(MAREES, translation_of=typed))
    assert desk.languages(english) == ["en", "fr"]


@pytest.mark.parametrize("typed", ["nowhere", "/", "🚢"])
def test_a_writer_names_an_article_that_is_there(desk: Desk, typed: str) -> None:
    with pytest.raises(Refused) as caught:
        desk.write(replace(MAREES, translation_of=typed))
    assert caught.value.field == "translation_of"


def test_a_translation_is_in_another_language(desk: Desk) -> None:
    desk.write(TIDES)
    with pytest.raises(Refused) as caught:
        desk.write(replace(MAREES, language="en"))
    assert caught.value.field == "translation_of"


def test_the_pictures_of_a_text_are_known(desk: Desk) -> None:
    desk.rendered = replace(desk.rendered, images=("/media/ab/c.png", "/media/ab/d.png"))
    post = desk.write(TIDES)
    sql = "SELECT path FROM post_pictures WHERE post_id = :id ORDER BY position"
    with desk.hub.db.write() as tx:
        assert tx.all(str, sql, id=post.id) == ["ab/c.png", "ab/d.png"]
        store.empty(tx, post.id, NOW)
        assert tx.all(str, sql, id=post.id) == []


def test_pages_name_each_language(desk: Desk, client: TestClient) -> None:
    desk.write(TIDES)
    desk.write(MAREES)
    desk.write(GEZEITEN)
    for slug in ("tides", "marees", "gezeiten"):
        page = client.get(f"/posts/{slug}").text
        for tag, other in (
            ("x-default", "tides"),
            ("en", "tides"),
            ("fr", "marees"),
            ("de", "gezeiten"),
        ):
            link = f'<link rel="alternate" hreflang="{tag}" href="https://hub.test/posts/{other}">'
            assert page.count(link) == 1, (slug, tag)
    page = client.get("/posts/tides").text
    assert (
        '<a rel="alternate" hreflang="fr" lang="fr" href="/posts/marees">Lire en français' in page
    )
    assert 'hreflang="de" lang="en" href="/posts/gezeiten">Read in German</a>' in page
    assert "Read in English" not in page


def test_what_was_published_elsewhere_first_is_no_version_of_ours(
    desk: Desk, client: TestClient
) -> None:
    desk.write(replace(TIDES, canonical_url="https://elsewhere.test/tides"))
    desk.write(MAREES)
    assert "hreflang" not in client.get("/posts/tides").text
