import pytest

from hub.web.paging import Paging, asked, pages_of


@pytest.mark.parametrize(
    ("query", "number"),
    [
        (b"", 1),
        (b"x=2", 1),
        (b"page=1", 1),
        (b"page=12", 12),
        (b"a=b&page=3&c", 3),
        (b"page=007", 7),
        (b"page=999999", 999_999),
        (b"page=1000000", None),
        (b"page=0", None),
        (b"page=", None),
        (b"page=-1", None),
        (b"page=2&page=2", None),
        (b"page=\xd9\xa1", None),
    ],
)
def test_the_page_that_is_asked_for(query: bytes, number: int | None) -> None:
    assert asked(query) == number


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (10, 1), (11, 2), (750, 75)])
def test_how_many_pages_there_are(total: int, pages: int) -> None:
    assert pages_of(total, 10) == pages


def test_the_first_page_has_the_lists_own_address() -> None:
    second = Paging("/topics/sea", 2, 2)
    assert (second.newer, second.here, second.older) == ("/topics/sea", "/topics/sea?page=2", "")


def test_what_else_is_asked_for_stays_in_the_address() -> None:
    second = Paging("/search", 2, 3, "q=sea+wind")
    assert (second.newer, second.older) == ("/search?q=sea+wind", "/search?q=sea+wind&page=3")
