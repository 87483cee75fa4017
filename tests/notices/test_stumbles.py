"""What fails for ten minutes is told, also when it can be told only afterwards."""

from datetime import timedelta

from hub.notices.stumbles import Stumbles
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


def test_what_is_over_soon_is_not_told() -> None:
    stumbles = Stumbles()
    stumbles.failed("beat", "StorageFull", "full", NOW)
    stumbles.went_well("beat", NOW + 9 * MINUTE)
    assert stumbles.lasting(NOW + 60 * MINUTE) == []


def test_what_lasts_is_told_from_its_beginning() -> None:
    stumbles = Stumbles()
    for n in range(11):
        stumbles.failed("beat", "StorageFull", "full", NOW + n * MINUTE)
    (found,) = stumbles.lasting(NOW + 10 * MINUTE)
    assert (found.since, found.until, found.reason) == (NOW, None, "full")


def test_what_lasted_is_told_once_it_is_over() -> None:
    stumbles = Stumbles()
    stumbles.failed("beat", "StorageFull", "full", NOW)
    stumbles.went_well("beat", NOW + 30 * MINUTE)
    (found,) = stumbles.lasting(NOW + 31 * MINUTE)
    assert found.until == NOW + 30 * MINUTE
    stumbles.told(found)
    assert stumbles.lasting(NOW + 32 * MINUTE) == []
