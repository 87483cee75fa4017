"""Times as people write them."""

import pytest

from hub.audience import dates


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-02-05 18:30:00", "2024-02-05T18:30:00.000Z"),
        ("5 février 2024", "2024-02-05T00:00:00.000Z"),
        ("1er mars 2024 à 9h05", "2024-03-01T09:05:00.000Z"),
        ("31 déc. 2023", "2023-12-31T00:00:00.000Z"),
        ("5 AOÛT 2024, 18:30", "2024-08-05T18:30:00.000Z"),
        ("February 5, 2024", "2024-02-05T00:00:00.000Z"),
        ("Jul 1st, 2024", "2024-07-01T00:00:00.000Z"),
        ("30 février 2024", None),
        ("5 jui 2024", None),
        ("5 marble 2024", None),
        ("5/2/24", None),
        ("", None),
    ],
)
def test_a_time_in_words_is_read_and_nothing_is_guessed(cell: str, expected: str | None) -> None:
    assert dates.moment(cell) == expected
