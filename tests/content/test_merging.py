"""What two people made of one text is put together field by field."""

import pytest

from hub.content.merging import merge

BASE = {"title": "T", "topics": "Sea", "markdown": "One.\n"}


def test_what_only_one_changed_is_taken() -> None:
    merged = merge(BASE, {**BASE, "title": "Theirs"}, {**BASE, "markdown": "Mine."})
    assert merged.fields == {"title": "Theirs", "topics": "Sea", "markdown": "Mine."}
    assert (merged.theirs, merged.mine, merged.both) == (("title",), ("markdown",), ())


def test_what_both_changed_is_asked_and_mine_meanwhile() -> None:
    merged = merge(BASE, {**BASE, "title": "Theirs"}, {**BASE, "title": "Mine"})
    assert merged.fields["title"] == "Mine"
    assert merged.both == ("title",)


@pytest.mark.parametrize("mine", [{**BASE, "title": "Same"}, {**BASE, "title": " Same "}])
def test_who_changed_it_alike_agree(mine: dict[str, str]) -> None:
    merged = merge(BASE, {**BASE, "title": "Same"}, mine)
    assert (merged.theirs, merged.mine, merged.both) == ((), (), ())


def test_without_what_was_before_all_that_differs_is_asked() -> None:
    merged = merge(None, {**BASE, "title": "Theirs", "topics": "Sky"}, BASE)
    assert merged.both == ("title", "topics")


def test_spaces_inside_a_text_count() -> None:
    merged = merge(BASE, {**BASE, "markdown": "One.\n\nTwo."}, {**BASE, "markdown": "One.\nTwo."})
    assert merged.both == ("markdown",)
