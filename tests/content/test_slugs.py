"""Slugs: folded, bounded, free."""

from datetime import UTC, datetime

import pytest

from hub.content import slugs
from hub.errors import Refused

DAY = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Été à l’œuvre", "ete-a-loeuvre"),
        ("Don't panic", "dont-panic"),
        ("C++ and C#", "c-plus-plus-and-c-sharp"),
        ("1.94.1-release", "1-94-1-release"),
        ("Straße, Łódź, Ærø", "strasse-lodz-aero"),
        ("Привет, мир", "привет-мир"),
        ("日本語がある", "日本語がある"),
        ("  --- ", ""),
        ("../../etc/passwd", "etc-passwd"),
        ("🎉", ""),
    ],
)
def test_a_title_becomes_a_slug(title: str, slug: str) -> None:
    assert slugs.slugify(title) == slug


def test_a_long_title_is_cut_at_a_word() -> None:
    assert slugs.slugify("harbour " * 40, longest=20) == "harbour-harbour"


def test_c_and_c_plus_plus_are_two_topics() -> None:
    assert len({slugs.slugify(name) for name in ("C", "C++", "C#")}) == 3


def test_a_free_slug_is_taken_as_it_is() -> None:
    assert slugs.free("tide", kind="post", taken=set[str]().__contains__, day=DAY) == "tide"


def test_a_taken_slug_gets_its_day_and_then_a_number() -> None:
    taken = {"tide"}
    assert slugs.free("tide", kind="post", taken=taken.__contains__, day=DAY) == "tide-2026-11-22"
    taken.add("tide-2026-11-22")
    assert slugs.free("tide", kind="post", taken=taken.__contains__, day=DAY) == "tide-2026-11-22-2"


def test_a_page_cannot_live_where_the_hub_does() -> None:
    with pytest.raises(Refused) as refused:
        slugs.checked("Admin", "page")
    assert refused.value.field == "slug"


def test_a_post_may_be_called_admin() -> None:
    assert slugs.checked("Admin", "post") == "admin"
