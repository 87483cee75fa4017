"""Rates as owners write them."""

import pytest

from hub.db import Database
from hub.newsletter import pace_rules
from hub.newsletter.pace_rules import Limits
from hub.site import rates, store


@pytest.mark.parametrize(("text", "rate"), [("", None), ("20", 20), ("0.5", 0.5), ("0,5", 0.5)])
def test_a_rate_a_second(text: str, rate: float | None) -> None:
    assert rates.per_second(text) == rate


def test_rules_stand_on_lines_or_after_commas() -> None:
    text = "Gmail.com 5/s, @orange.fr 7200 / h\n\nsociété.fr 60/m;* 0.5/s,"
    assert rates.by_domain(text) == {
        "gmail.com": 5.0,
        "orange.fr": 2.0,
        "xn--socit-esab.fr": 1.0,
        "*": 0.5,
    }


def test_nothing_is_limited_until_the_owner_says_so(db: Database) -> None:
    with db.read() as tx:
        limits = pace_rules.limits_of(store.load(tx))
    assert limits == Limits(connections=10)
    assert not limits.needs_permits


def test_what_the_owner_says_is_what_holds(db: Database) -> None:
    with db.write() as tx:
        for name, value in {
            "send_per_second": "0,5",
            "send_per_hour": "100",
            "send_per_day": "1000",
            "send_per_domain": "gmail.com 5/s",
            "send_connections": "20",
            "ramp_up": "300",
        }.items():
            store.put(tx, name, value)
        limits = pace_rules.limits_of(store.load(tx))
    assert limits == Limits(0.5, 100, 1_000, {"gmail.com": 5.0}, 300, 20)
