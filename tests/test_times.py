from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.times import from_text, to_text

moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
)


def test_a_time_in_another_zone_is_kept_as_utc() -> None:
    paris = timezone(timedelta(hours=1))
    assert to_text(datetime(2026, 11, 28, 8, 0, tzinfo=paris)) == "2026-11-28T07:00:00.000Z"


@given(moments)
def test_a_time_comes_back_as_it_was(moment: datetime) -> None:
    assert from_text(to_text(moment)) == moment


@given(moments, moments)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    assert (to_text(one) < to_text(other)) == (one < other)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        to_text(datetime(2026, 11, 28))
    with pytest.raises(ValueError, match="without a zone"):
        from_text("2026-11-28T08:00:00")
