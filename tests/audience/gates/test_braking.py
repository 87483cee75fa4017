"""When hardly anybody confirms, new sign-ups wait."""

from datetime import timedelta

from hub.admin import notice_words, rounds
from hub.audience import signup
from hub.audience.gates import braking, store
from hub.notices import store as notices
from hub.notices.stumbles import Stumbles
from tests.audience.gates.conftest import Crowd
from tests.conftest import NOW

HALF_AN_HOUR = timedelta(minutes=30)


def asked(crowd: Crowd, people: int, *, confirmed: int = 0, first: int = 0) -> None:
    """So many sign up, each gets the mail, and some press its button."""
    for n in range(first, first + people):
        crowd.sign_up(f"reader@d{n}.test")
    with crowd.hub.db.write() as tx:
        tx.execute(
            "UPDATE mails SET state = 'accepted', finished_at = :now WHERE state = 'queued'",
            now=crowd.now,
        )
        for number in tx.all(int, "SELECT id FROM confirmations ORDER BY id LIMIT :n", n=confirmed):
            signup.confirm(tx, number, now=crowd.now)


def look(crowd: Crowd) -> None:
    """The round that the worker makes each minute."""
    rounds.look(crowd.hub, Stumbles(), crowd.now)


def test_new_sign_ups_wait_and_the_owner_is_told(crowd: Crowd) -> None:
    asked(crowd, 60, confirmed=3)
    crowd.later(minutes=11)
    look(crowd)
    crowd.sign_up("late@reader.test")
    assert [one.reasons for one in crowd.held()] == ["brake"]
    with crowd.hub.db.read() as tx:
        (notice,) = notices.unread(tx, limit=5)
    said = notice_words.said(notice, "fr", "Europe/Paris")
    assert "60" in said.lines[0]
    assert "mails" not in said.title
    assert said.path == "/admin/subscribers/held"


def test_they_are_told_once(crowd: Crowd) -> None:
    asked(crowd, 60)
    crowd.later(minutes=11)
    for _ in range(3):
        look(crowd)
        crowd.later(minutes=1)
    with crowd.hub.db.read() as tx:
        assert len(notices.unread(tx, limit=5)) == 1


def test_where_people_confirm_nobody_waits(crowd: Crowd) -> None:
    asked(crowd, 60, confirmed=6)
    crowd.later(minutes=11)
    look(crowd)
    crowd.sign_up("late@reader.test")
    assert crowd.held() == []


def test_mail_that_could_not_leave_proves_nothing(crowd: Crowd) -> None:
    for n in range(60):
        crowd.sign_up(f"reader@d{n}.test")
    crowd.later(hours=2)
    with crowd.hub.db.read() as tx:
        assert not braking.is_due(tx, crowd.now)


def test_it_ends_by_itself_and_what_was_asked_before_counts_no_more(crowd: Crowd) -> None:
    asked(crowd, 60)
    crowd.later(minutes=11)
    look(crowd)
    crowd.later(hours=6, seconds=1)
    look(crowd)
    crowd.sign_up("late@reader.test")
    assert crowd.held() == []
    crowd.later(minutes=1)
    # But it begins again when those who follow do not confirm either.
    asked(crowd, 60, first=100)
    crowd.later(minutes=11)
    look(crowd)
    crowd.sign_up("later@reader.test")
    assert len(crowd.held()) == 1


def test_the_owner_ends_it(crowd: Crowd) -> None:
    asked(crowd, 60)
    crowd.later(minutes=11)
    look(crowd)
    with crowd.hub.db.write() as tx:
        assert braking.release(tx, now=crowd.now)
    look(crowd)
    crowd.sign_up("late@reader.test")
    assert crowd.held() == []
    with crowd.hub.db.write() as tx:
        assert not braking.release(tx, now=crowd.now)


def test_two_workers_begin_one_brake(crowd: Crowd) -> None:
    asked(crowd, 60)
    now = NOW + HALF_AN_HOUR
    site = crowd.hub.site()
    with crowd.hub.db.write() as tx:
        assert braking.brake(tx, site=site, now=now)
    with crowd.hub.db.write() as tx:
        assert not braking.brake(tx, site=site, now=now)
        assert store.last_brake(tx) is not None
