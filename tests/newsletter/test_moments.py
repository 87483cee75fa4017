"""Times that an owner types, in the hub's time zone."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import Refused
from hub.newsletter import moments
from tests.conftest import NOW


def ahead(text: str, timezone: str = "Europe/Paris", now: datetime = NOW) -> datetime:
    return moments.ahead(text, timezone=timezone, language="en", now=now)


@pytest.mark.parametrize(
    ("text", "timezone", "expected"),
    [
        ("2026-11-28 08:00", "Europe/Paris", datetime(2026, 11, 28, 7, tzinfo=UTC)),
        ("2026-11-28T08:00", "America/New_York", datetime(2026, 11, 28, 13, tzinfo=UTC)),
        ("2027-3-29 8:00", "Europe/Paris", datetime(2027, 3, 29, 6, tzinfo=UTC)),
        ("2026-11-28T08:00:00+00:00", "Europe/Paris", datetime(2026, 11, 28, 8, tzinfo=UTC)),
        # The clocks go back from 03:00: it comes twice, and the first is meant.
        ("2027-10-31 02:30", "Europe/Paris", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_of_the_hubs_zone(text: str, timezone: str, expected: datetime) -> None:
    assert ahead(text, timezone) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "08:00",
        "2026-11-28",
        "2026-02-30 08:00",
        "9999-12-31T23:59:59-12:00",
        "2026-11-28 25:00",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="Write the time like") as refused:
        ahead(text)
    assert refused.value.field == "send_at"


@pytest.mark.parametrize(
    ("timezone", "text"),
    [("Europe/Paris", "2027-03-28 02:30"), ("America/New_York", "2027-03-14 02:30")],
)
def test_a_time_that_the_clocks_skip_is_refused(timezone: str, text: str) -> None:
    with pytest.raises(Refused, match="clocks skip 02:30"):
        ahead(text, timezone)


def test_a_time_that_is_past_is_refused_with_the_time_it_is() -> None:
    with pytest.raises(Refused, match="is past: it is Sunday 22 November 2026, 13:00"):
        ahead("2026-11-22 13:00")
    assert ahead("2026-11-22 13:01") == NOW + timedelta(minutes=1)


def test_a_time_is_shown_as_a_field_takes_it() -> None:
    assert moments.typed(NOW, "Europe/Paris") == "2026-11-22T13:00"
