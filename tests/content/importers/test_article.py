"""What a file says about its article."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.content.importers import article as articles
from hub.content.importers.article import Article
from hub.errors import Refused

PARIS = ZoneInfo("Europe/Paris")
MIDNIGHT = datetime(2014, 12, 12, tzinfo=UTC)


def parse(text: str, file: str = "tide.md", zone: ZoneInfo = PARIS) -> Article:
    return articles.parse(file, text.encode(), zone)


def with_meta(meta: str, file: str = "tide.md", zone: ZoneInfo = PARIS) -> Article:
    return parse(f"---\ntitle: Tide\n{meta}\n---\nBody\n", file, zone)


@pytest.mark.parametrize(
    ("meta", "file", "slug"),
    [
        ("slug: High Tide", "x.md", "high-tide"),
        ("path: 2014/12/12/1.0-Timeline", "x.md", "1-0-timeline"),
        ("permalink: /notes/the-tide.html", "x.md", "the-tide"),
        ("permalink: /:year/:title/", "ebb.md", "ebb"),
        ("", "notes/Ebb and Flow.md", "ebb-and-flow"),
        ("", "_posts/2014-12-12-ebb.md", "ebb"),
        ("", "ebb/index.md", "ebb"),
    ],
)
def test_where_the_slug_comes_from(meta: str, file: str, slug: str) -> None:
    assert with_meta(meta, file).slug == slug


@pytest.mark.parametrize(
    ("meta", "file"),
    [
        ("date: 2014-12-12", "x.md"),
        ("date: 12 Dec 2014 01:00:00 +0100", "x.md"),
        ("date: 2014-12-12 01:00:00 +0100", "x.md"),
        ("date: '2014-12-12T00:00:00Z'", "x.md"),
        ("date: 2014-12-12 01:00:00", "x.md"),
        ("date: 2014/12/12", "x.md"),
        ("path: 2014/12/12/tide", "x.md"),
        ("", "2014-12-12-tide.md"),
        ("", "2014/12/12/tide.md"),
    ],
)
def test_where_the_date_comes_from(meta: str, file: str) -> None:
    assert with_meta(meta, file).date == MIDNIGHT


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Europe/Paris", "America/Los_Angeles"])
def test_a_day_is_that_day_for_the_sites_readers(zone: str) -> None:
    date = with_meta("date: 2014-12-12", zone=ZoneInfo(zone)).date
    assert date is not None
    assert date.astimezone(ZoneInfo(zone)).date().isoformat() == "2014-12-12"
    assert date.date().isoformat() == "2014-12-12"


def test_a_version_number_is_no_date() -> None:
    assert with_meta("", "1.94.1-release.md").date is None


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(Refused, match="next Tuesday"):
        with_meta("date: next Tuesday")


@pytest.mark.parametrize(
    ("meta", "topics"),
    [
        ("tags: [Wood, Weather]", ("Wood", "Weather")),
        ("tags: Wood, Weather", ("Wood", "Weather")),
        ("categories: [Wood]\ntags: [Weather, Wood]", ("Weather", "Wood")),
        ("taxonomies:\n  tags: [Wood]", ("Wood",)),
        ("tags: [[nested]]", ()),
        ("tags:", ()),
    ],
)
def test_topics_have_many_names(meta: str, topics: tuple[str, ...]) -> None:
    assert with_meta(meta).topics == topics


@pytest.mark.parametrize(
    "meta",
    ["author: Anouk", "authors: [Anouk]", "authors:\n- name: Anouk", "extra:\n  author: Anouk"],
)
def test_authors_have_many_names(meta: str) -> None:
    assert with_meta(meta).authors == ("Anouk",)


@pytest.mark.parametrize("name", ["description", "summary", "excerpt"])
def test_excerpts_have_many_names(name: str) -> None:
    assert with_meta(f"{name}: Short.").summed_up() == ("Short.", "")


@pytest.mark.parametrize(
    ("meta", "file"),
    [
        ("draft: true", "x.md"),
        ("published: false", "x.md"),
        ("status: draft", "x.md"),
        ("", "_drafts/x.md"),
    ],
)
def test_drafts(meta: str, file: str) -> None:
    assert with_meta(meta, file).draft


def test_old_addresses() -> None:
    article = with_meta("path: /2014/tide\naliases: [/old.html]\nredirect_from: /older")
    assert article.old_addresses == ("/2014/tide", "/old.html", "/older")


def test_a_jekyll_name_tells_the_old_address() -> None:
    guessed = with_meta("", "_posts/2014-2-3-ebb.md").guessed_addresses
    assert "2014/02/03/ebb.html" in guessed


def test_the_first_heading_is_the_title_when_there_is_none() -> None:
    article = parse("# The *tide*\n\nBody\n")
    assert (article.title, article.markdown) == ("The tide", "\nBody\n".lstrip("\n"))


def test_a_heading_that_repeats_the_title_goes() -> None:
    assert parse("---\ntitle: Tide\n---\n\n# Tide\n\nBody\n").markdown == "Body\n"


def test_another_heading_stays() -> None:
    assert parse("---\ntitle: Tide\n---\n# Ebb\n").markdown == "# Ebb\n"


@pytest.mark.parametrize(
    ("file", "data", "reason"),
    [
        ("_index.md", b"+++\ntitle = 'Section'\n+++\n", "section"),
        ("notes/_index.fr.md", b"# x", "section"),
        ("latest.md", b"+++\ntemplate = 'x'\n+++\n", "no title"),
        ("x.md", b"---\ntitle: \xff\n---\n", "UTF-8"),
        ("x.md", b"---\ntitle: a\n---\n\0", "NUL"),
        ("x.md", b"---\ntitle: a\nnewsletter: all\n---\n", "newsletter"),
    ],
)
def test_files_that_hold_no_article_say_why(file: str, data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        articles.parse(file, data, PARIS)


def test_a_byte_order_mark_and_windows_line_ends() -> None:
    article = articles.parse("x.md", b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\nBody\r\n", PARIS)
    assert (article.title, article.markdown) == ("T", "Body\n")


@pytest.mark.parametrize("meta", ["kind: page", "type: page", "layout: page"])
def test_pages(meta: str) -> None:
    assert with_meta(meta).kind == "page"


@pytest.mark.parametrize(
    ("meta", "original"),
    [
        ("translation_of: tides", "tides"),
        ("translation_of: /posts/tides/", "tides"),
        ("translation_of: 2014-12-12-tides.md", "tides.md"),
        ("translationKey: tide-tables", "tide-tables"),
        ("extra:\n  translation_of: tides", "tides"),
        ("translation_of: [1, 2]", ""),
        ("", ""),
    ],
)
def test_what_it_is_a_translation_of(meta: str, original: str) -> None:
    assert with_meta(meta).translation_of == original
