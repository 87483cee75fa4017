"""What is written down of the relays: a number each, and how it was at the last try."""

from datetime import timedelta

from hub.db import Database
from hub.mail import relays
from hub.mail.model import Standing
from hub.mail.relays import Stopped
from tests.conftest import NOW

NAMES = ("one.test:25", "two.test:25")
LATER = NOW + timedelta(hours=1)


def noted(db: Database, *standings: Standing) -> list[Stopped]:
    """Each noted an hour after the one before; what is stopped in the end."""
    with db.write() as tx:
        for hours, standing in enumerate(standings):
            relays.note(tx, [standing], NOW + timedelta(hours=hours))
        return relays.stopped(tx, NAMES)


def test_since_when_it_is_as_it_is(db: Database) -> None:
    first, again = Standing(NAMES[0], "away", "no route"), Standing(NAMES[0], "away", "refused")
    assert noted(db, first, again) == [Stopped(NAMES[0], "away", "refused", NOW)]
    refusing = Standing(NAMES[0], "refusing", "535 no")
    assert noted(db, first, refusing) == [Stopped(NAMES[0], "refusing", "535 no", LATER)]


def test_one_that_works_again_or_is_used_no_more_is_not_told(db: Database) -> None:
    away = Standing(NAMES[0], "away", "no route")
    assert (
        noted(db, away, Standing(NAMES[0], "working"), Standing("old.test:25", "away", "x")) == []
    )


def test_a_worker_that_starts_knows_nothing_better(db: Database) -> None:
    away = Standing(NAMES[0], "away", "no route")
    assert len(noted(db, away, Standing(NAMES[0]))) == 1
