"""What the worker looks after for the owner, once a minute."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub.admin import rounds
from hub.errors import StorageFull
from hub.mail import relays, workers
from hub.mail.model import Standing
from hub.newsletter import claiming, troubles
from hub.notices import store
from hub.notices.model import Notice
from hub.notices.stumbles import Stumbles
from hub.running import _watched
from hub.settings import SmtpRelay
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import sending_edition, tick, worker_of

MINUTE = timedelta(minutes=1)


def told(hub: Hub) -> list[Notice]:
    with hub.db.read() as tx:
        return store.page(tx, after=None, limit=99)


def parts(hub: Hub) -> list[str]:
    return [notice.facts.part for notice in told(hub)]


@pytest.mark.parametrize(("minutes", "expected"), [(9, []), (11, ["planning"])])
def test_a_newsletter_that_cannot_be_made_is_told_after_ten_minutes(
    hub: Hub, minutes: int, expected: list[str]
) -> None:
    with hub.db.write() as tx:
        troubles.note(tx, troubles.PLANNING, "a control character", NOW)
    for _ in range(3):
        rounds.look(hub, Stumbles(), NOW + minutes * MINUTE)
    assert parts(hub) == expected


def test_a_trouble_that_lasts_for_days_is_told_once(hub: Hub) -> None:
    with hub.db.write() as tx:
        troubles.note(tx, troubles.PLANNING, "x", NOW)
    for day in range(3):
        rounds.look(hub, Stumbles(), NOW + timedelta(days=day, minutes=11))
        with hub.db.write() as tx:
            # What was read stays read.
            assert store.mark_all_read(tx, up_to=NOW + timedelta(days=9), now=NOW) == int(day == 0)
    assert parts(hub) == ["planning"]


def test_a_relay_that_is_away_is_told(hub: Hub) -> None:
    relay = SmtpRelay("mail.test", 587, tls="no")
    object.__setattr__(hub.settings, "smtp", (relay,))
    with hub.db.write() as tx:
        relays.note(tx, [Standing(relay.name, "away", "refused")], NOW)
    rounds.look(hub, Stumbles(), NOW + 11 * MINUTE)
    (notice,) = told(hub)
    assert (notice.facts.part, notice.facts.subject) == ("relay away", relay.name)


def test_a_full_disk_is_told_when_it_is_over(hub: Hub) -> None:
    stumbles = Stumbles()
    for part in ("beat", "plan"):
        stumbles.failed(part, "StorageFull", "The disk is full.", NOW)
        stumbles.went_well(part, NOW + 20 * MINUTE)
    for _ in range(2):
        rounds.look(hub, stumbles, NOW + 21 * MINUTE)
    (notice,) = told(hub)
    assert (notice.facts.part, notice.facts.until) == ("StorageFull", NOW + 20 * MINUTE)


def test_a_theme_with_faults_is_told(hub: Hub) -> None:
    folder: Path = hub.settings.themes / "mine" / "pages"
    folder.mkdir(parents=True)
    (folder.parent / "theme.toml").write_text('name = "Mine"\n')
    (folder / "home.html").write_text("{{ nothing }}")
    with hub.db.write() as tx:
        sites.put(tx, "theme", "mine")
    stumbles = Stumbles()
    rounds.look(hub, stumbles, NOW)
    assert told(hub) == []
    rounds.look(hub, stumbles, NOW + 11 * MINUTE)
    (notice,) = told(hub)
    assert notice.facts.part == "theme"
    assert "home.html" in notice.facts.reason


def test_a_step_of_the_worker_that_fails_is_noted(hub: Hub) -> None:
    worker = worker_of(hub)

    async def fail() -> bool:
        raise StorageFull("The disk is full.")

    async def once() -> None:
        await _watched("beat", fail, worker, hub)()

    with pytest.raises(StorageFull):
        asyncio.run(once())
    (found,) = worker.stumbles.lasting(datetime.max.replace(tzinfo=NOW.tzinfo))
    assert (found.part, found.what, found.reason) == ("beat", "StorageFull", "The disk is full.")


def test_a_worker_that_fell_silent_is_told_with_what_it_held(hub: Hub) -> None:
    sending_edition(hub, "ada", "bea")
    seconds = 0.0
    worker = worker_of(hub, steady=lambda: seconds)
    with hub.db.write() as tx:
        dead = workers.start(tx, NOW - MINUTE)
        claiming.claim(tx, dead, now=NOW, limit=2)

    async def beats() -> None:
        nonlocal seconds
        await worker.beat(NOW)
        seconds = 6.0
        await worker.beat(NOW)
        await worker.close(NOW)

    asyncio.run(beats())
    (notice,) = told(hub)
    assert (notice.kind, notice.facts.waiting) == ("worker", 2)


def test_before_set_up_nothing_is_looked_at(hub: Hub) -> None:
    with hub.db.write() as tx:
        tx.execute("DELETE FROM settings WHERE name = 'ready_at'")
        troubles.note(tx, troubles.PLANNING, "x", NOW)
    rounds.look(hub, Stumbles(), NOW + 11 * MINUTE)
    assert told(hub) == []


def test_the_worker_reports_new_readers(hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "notice_readers", "daily")
    tick(hub, NOW)
    with hub.db.write() as tx:
        assert tx.scalar("SELECT until FROM reader_reports") == "2026-11-21T23:00:00.000Z"
