"""What the worker looks after for the owner: troubles that last, the report of new readers."""

from dataclasses import replace
from datetime import datetime

from hub.admin import notice_words, theme_check
from hub.audience import reporting
from hub.audience.gates import braking
from hub.db import Transaction
from hub.law import changes
from hub.law import facts as legal_facts
from hub.law.model import Facts as LegalFacts
from hub.mail import in_force, relays
from hub.newsletter import troubles
from hub.notices import rules, store, telling
from hub.notices.model import Facts
from hub.notices.stumbles import Stumble, Stumbles
from hub.site import store as sites
from hub.site import webhook_keys
from hub.site.model import Site
from hub.web.state import Hub
from hub.web.theme_files import DEFAULT

_THEME = "theme"
_RELAYS = {"away": notice_words.RELAY_AWAY, "refusing": notice_words.RELAY_REFUSES}


def look(hub: Hub, stumbles: Stumbles, now: datetime) -> None:
    """Write the notices that are due now; cheap when none is. Blocking."""
    site = hub.site()
    if site.ready_at is None:
        return
    _try_theme(hub, site, stumbles, now)
    over = [stumble for stumble in stumbles.lasting(now) if stumble.until is not None]
    with hub.db.read() as tx:
        report_is_due = reporting.is_due(tx, site, now)
        brake_is_due = braking.is_due(tx, now)
        fresh = {
            period: facts
            for period, facts in _lasting(tx, hub, stumbles, site, now)
            if not store.exists(tx, "trouble", period)
        }
    if report_is_due or brake_is_due or fresh:
        with hub.db.write() as tx:
            braking.brake(tx, site=site, now=now)
            for period, facts in fresh.items():
                telling.tell(tx, "trouble", period, facts, site=site, now=now)
            if report_is_due:
                reporting.report(tx, site=site, now=now)
    for stumble in over:
        stumbles.told(stumble)
    _note_legal_pages(hub, site, now)


def _note_legal_pages(hub: Hub, site: Site, now: datetime) -> None:
    """Write down what the legal pages say when it has changed: they have a public log."""

    def found(tx: Transaction) -> LegalFacts:
        keys = webhook_keys.in_force(tx, hub.settings.webhooks)
        return legal_facts.gather(
            site,
            replace(hub.settings, webhooks=keys),
            in_force.names(tx, hub.settings, now),
        )

    with hub.db.read() as tx:
        is_due = changes.is_due(tx, found(tx), now)
    if is_due:
        with hub.db.write() as tx:
            changes.note(tx, found(tx), now)


def post(hub: Hub, now: datetime) -> bool:
    """Queue the mails of what the owner is to be told; whether there were any."""
    with hub.db.read() as tx:
        if not store.has_unmailed(tx):
            return False
        site = sites.load(tx, base_url=hub.settings.base_url)
        if not telling.is_due(tx, site, now):
            return False
    with hub.db.write() as tx:
        return bool(telling.post(tx, site=site, now=now))


def worker_died(tx: Transaction, site: Site, returned: int, now: datetime) -> None:
    """A worker went without giving back what it held; `returned` mails were queued again."""
    period = rules.once_a_day("worker", now, site.timezone)
    facts = Facts(waiting=returned)
    telling.tell(tx, "worker", period, facts, site=site, now=now)


def _try_theme(hub: Hub, site: Site, stumbles: Stumbles, now: datetime) -> None:
    """The theme of the site: tried anew only when its files or the settings changed."""
    # The hub's own has none, and trying it takes a while.
    own = site.theme == DEFAULT
    faults = [] if own else theme_check.told(site.theme, hub.settings.themes, site)
    if faults:
        stumbles.failed(_THEME, _THEME, faults[0], now)
    else:
        stumbles.went_well(_THEME, now)


def _lasting(
    tx: Transaction, hub: Hub, stumbles: Stumbles, site: Site, now: datetime
) -> list[tuple[str, Facts]]:
    """Each trouble that lasts, once for each day on which it began."""
    found = [
        _told(_RELAYS[stopped.state], stopped.name, stopped.reason, stopped.since, None, site)
        for stopped in relays.stopped(tx, in_force.way(tx, hub.settings).names)
        if now - stopped.since >= rules.LASTS
    ]
    found += [
        _told(trouble.part, "", trouble.reason, trouble.since, None, site)
        for trouble in troubles.current(tx)
        if now - trouble.since >= rules.LASTS
    ]
    return found + [_of_stumble(stumble, site) for stumble in stumbles.lasting(now)]


def _of_stumble(stumble: Stumble, site: Site) -> tuple[str, Facts]:
    return _told(stumble.what, "", stumble.reason, stumble.since, stumble.until, site)


def _told(
    part: str, subject: str, reason: str, since: datetime, until: datetime | None, site: Site
) -> tuple[str, Facts]:
    period = rules.once_a_day(f"{part} {subject}".strip(), since, site.timezone)
    return period, Facts(subject=subject, part=part, reason=reason, since=since, until=until)
