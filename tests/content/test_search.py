"""Search finds what the site shows, and nothing else, on either engine."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.content import publishing, search, search_index, stemming, writing
from hub.content.model import Draft, Post
from hub.content.rendering import Rendered
from hub.db import Database
from hub.errors import NotFound
from hub.site.model import Site
from hub.web.state import Hub
from tests import posts
from tests.conftest import NOW

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


class Articles:
    """Writes articles, and looks for them."""

    def __init__(self, hub: Hub, site: Site) -> None:
        self.db, self.site = hub.db, site

    def write(
        self,
        title: str,
        text: str = "",
        *,
        language: str = "en",
        topics: tuple[str, ...] = (),
        authors: tuple[str, ...] = (),
        publish: bool = True,
    ) -> Post:
        draft = Draft(title, text, language=language, topics=topics, authors=authors)
        with self.db.write() as tx:
            return writing.create(tx, draft, _plain(text), site=self.site, now=NOW, publish=publish)

    def rewrite(self, post: Post, title: str, text: str) -> None:
        with self.db.write() as tx:
            writing.update(tx, post.id, Draft(title, text), _plain(text), site=self.site, now=NOW)

    def found(self, query: str) -> list[str]:
        return found(self.db, query)


def _plain(text: str) -> Rendered:
    return Rendered(f"<p>{text}</p>", text, "", 1, (), (), ())


def found(db: Database, query: str) -> list[str]:
    """The slugs of what is found; the count says the same."""
    with db.read() as tx:
        results = search.find(tx, query)
    assert results.total == len(results.hits)
    return [hit.slug for hit in results.hits]


@pytest.fixture
def articles(hub: Hub, site: Site) -> Articles:
    return Articles(hub, site)


@pytest.mark.parametrize(
    ("query", "language", "text"),
    [
        ("cafe", "fr", "Un café au port"),
        ("CAFÉ", "fr", "un cafe"),
        ("coeur", "fr", "Le cœur"),
        ("cœurs", "fr", "coeur"),
        ("cheval", "fr", "des chevaux"),
        ("securite", "fr", "la sécurité"),
        ("run libraries", "en", "Running a library"),
        ("harbo", "en", "Harbours"),
        ("old harbo", "en", "An old harbour"),
        ("1e5 0x1f 3d", "en", "1e5, 0x1f, 3d"),
        ("हिन्दी", "hi", "हिन्दी में"),
        ("文", "ja", "中文"),
    ],
)
def test_words_are_found(articles: Articles, query: str, language: str, text: str) -> None:
    articles.write("Wanted", text, language=language)
    articles.write("Another", "Nothing of that", language=language)
    assert articles.found(query) == ["wanted"]


def test_every_word_must_be_there(articles: Articles) -> None:
    articles.write("Tide", "lantern")
    articles.write("Wood", "tide")
    assert articles.found("lantern tide") == ["tide"]


def test_a_beginning_is_the_last_words_alone(articles: Articles) -> None:
    articles.write("Harbours", "at night")
    assert articles.found("night harb") == ["harbours"]
    assert articles.found("harb night") == []


def test_title_comes_before_topics_and_authors_before_text(articles: Articles) -> None:
    articles.write("Much", "lantern " * 60)
    articles.write("Of topics", "lantern " * 60, topics=("Lantern", "Lantern light", "Old lantern"))
    articles.write("The lantern", "word " * 900)
    articles.write("By somebody", "word " * 900, authors=("Ann Lantern",))
    order = articles.found("lanterns")
    assert order[0] == "the-lantern"
    assert set(order[1:3]) == {"of-topics", "by-somebody"}
    assert order[3] == "much"


def test_more_of_it_in_as_long_a_text_comes_first(articles: Articles) -> None:
    articles.write("Once", "lantern " + "word " * 99)
    articles.write("Often", "lantern " * 9 + "word " * 91)
    assert articles.found("lantern") == ["often", "once"]


def test_drafts_are_not_found_until_they_are_published(articles: Articles) -> None:
    post = articles.write("Lantern", publish=False)
    assert articles.found("lantern") == []
    with articles.db.write() as tx:
        publishing.publish(tx, post.id, NOW)
    assert articles.found("lantern") == ["lantern"]


def test_what_is_taken_back_is_not_found(articles: Articles) -> None:
    post = articles.write("Lantern")
    with articles.db.write() as tx:
        publishing.unpublish(tx, post.id, NOW)
    assert articles.found("lantern") == []


def test_what_is_deleted_is_not_found(articles: Articles) -> None:
    post = articles.write("Lantern")
    with articles.db.write() as tx:
        publishing.delete(tx, post.id, NOW)
    assert articles.found("lantern") == []
    with articles.db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM post_words") == 0


def test_what_is_rewritten_is_found_by_its_new_words(articles: Articles) -> None:
    post = articles.write("Lantern", "tide")
    articles.rewrite(post, "Wood", "plank")
    assert articles.found("lantern") == articles.found("tide") == []
    assert articles.found("wood") == articles.found("planks") == ["lantern"]


def test_a_change_that_is_undone_changes_no_result(articles: Articles) -> None:
    post = articles.write("Lantern")
    with pytest.raises(NotFound), articles.db.write() as tx:
        publishing.find(tx, publishing.delete(tx, post.id, NOW).id)
    assert articles.found("lantern") == ["lantern"]


def test_a_row_that_is_no_post_of_readers_never_leaks(articles: Articles) -> None:
    """Should the index ever know too much, the page shows only what is published."""
    post = articles.write("Lantern")
    with articles.db.write() as tx:
        tx.execute("UPDATE posts SET status = 'draft' WHERE id = :id", id=post.id)
    with articles.db.read() as tx:
        assert search.find(tx, "lantern").hits == ()


def test_pages_of_results_hold_each_once(articles: Articles) -> None:
    for n in range(search.PER_PAGE + 3):
        articles.write(f"Lantern {n}")
    with articles.db.read() as tx:
        first, second = (search.find(tx, "lantern", page=n) for n in (1, 2))
    slugs = [hit.slug for hit in (*first.hits, *second.hits)]
    assert (first.total, len(slugs), len(set(slugs))) == (13, 13, 13)


def test_too_many_are_counted_and_the_best_shown(
    articles: Articles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "MOST_RANKED", 2)
    for title in ("Of wood", "Lantern", "Of tides"):
        articles.write(title, "A lantern")
    with articles.db.read() as tx:
        results = search.find(tx, "lantern")
    assert (results.total, len(results.hits), results.hits[0].slug) == (3, 2, "lantern")


def test_a_book_is_found_by_what_its_last_page_says(articles: Articles) -> None:
    articles.write("Book", f"{'word ' * 200_000} lantern")
    assert articles.found("lantern") == ["book"]


def test_a_text_of_too_many_different_words_is_found_by_its_first_ones(articles: Articles) -> None:
    articles.write("List", " ".join(f"{n:x}" for n in range(0x10000, 0x40000)))
    assert articles.found("10abc") == ["list"]


def test_older_posts_become_findable_a_few_at_a_time(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "BATCH", 2)
    with db.write() as tx:
        for n in range(5):
            posts.add(tx, f"lantern-{n}", plain_text="A tide", status="published")
        posts.add(tx, "draft", title="Lantern", status="draft")
    assert found(db, "lantern") == []
    after, turns = search.catch_up(db), 1
    while after is not None:
        after, turns = search.catch_up(db, after), turns + 1
    assert turns == 4
    assert len(found(db, "lantern")) == len(found(db, "tides")) == 5


def test_new_rules_read_everything_anew(
    articles: Articles, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles.write("Lantern")
    assert search.catch_up(articles.db) is None
    monkeypatch.setattr(stemming, "RULES", stemming.RULES + 1)
    assert search.catch_up(articles.db) is not None
    assert search.catch_up(articles.db) is None
    assert articles.found("lantern") == ["lantern"]


HOSTILE = [
    '"', '""', "*", "a*", "-tide", "tide -", "title:tide", "(", ")(", "tide AND", "NOT",
    "NEAR(a b)", "tide OR", "^tide", "{title}", "a:b:c", "' OR 1=1 --", "tide'", "\\", "\\'", "&",
    "!tide", "|",
    "<->", ":*", "tide:A", "%", "%%s", "%(all)s", ":all", "\0", "ti\0de", "🙂", "½", "ﬁsh", "ßß",
    "\u0301", "\u202e", "\ud800", "a" * 5_000, "a " * 5_000, "le la les", "中" * 300, "'" * 300,
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_nothing_that_is_typed_is_an_error(articles: Articles, query: str) -> None:
    articles.write("Tide", "Some words.")
    articles.found(query)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(max_size=80))
def test_no_text_is_an_error(articles: Articles, query: str) -> None:
    with articles.db.read() as tx:
        search.find(tx, query)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(min_size=1, max_size=30, alphabet="0123456789abcdefxe.+-_/@é'’œह中ßΣа"))
def test_every_title_finds_its_article(articles: Articles, text: str) -> None:
    """The engine takes words apart as the hub does, whatever they look like to it."""
    if not stemming.wanted(text):
        return
    with articles.db.write() as tx:
        words = " ".join(stemming.stemmed(text, "en"))
        post_id = posts.add(tx, f"p{tx.scalar('SELECT count(*) FROM posts')}")
        search_index.put(tx, post_id, search_index.Words(words, "", ""), rules=1)
        assert post_id in search_index.best(tx, stemming.wanted(text), limit=500)
        search_index.drop(tx, post_id)
        assert post_id not in search_index.best(tx, stemming.wanted(text), limit=500)
