"""The public log: what these pages say is compared with what they said, and differences kept."""

from dataclasses import fields
from datetime import datetime, timedelta

from hub.db import Transaction
from hub.law import store
from hub.law.model import Difference, Facts, State

# An owner who fills in a form in several goes, or tries something, makes one entry or none.
SETTLED_AFTER = timedelta(minutes=10)


def is_due(tx: Transaction, found: Facts, now: datetime) -> bool:
    """Whether `note` would write anything: a look that takes no lock."""
    state = store.state(tx, found)
    if state is None:
        return True
    if found == state.facts:
        return state.coming is not None
    if found != state.coming or state.coming_since is None:
        return True
    return not state.coming_since <= now < state.coming_since + SETTLED_AFTER


def note(tx: Transaction, found: Facts, now: datetime) -> bool:
    """Write down the facts as they are now; whether the log has a new entry.

    A change is an entry when it has stood for ten minutes.
    """
    state = store.state(tx, found)
    if state is None:
        # The page of the log is kept from here on only: none has to be forgotten.
        store.begin(tx, found, now)
    elif found == state.facts:
        if state.coming is not None:
            _wait(tx, state, None, now)
    elif found != state.coming or state.coming_since is None or state.coming_since > now:
        _wait(tx, state, found, now)
    elif now >= state.coming_since + SETTLED_AFTER:
        store.settle(tx, found)
        store.add(tx, differences(state.facts, found), now)
        tx.site_changed()
        return True
    return False


def _wait(tx: Transaction, state: State, coming: Facts | None, now: datetime) -> None:
    """The log waits; what the pages say does not."""
    store.wait(tx, coming, now)
    if (coming or state.facts).relays != state.stands.relays:
        tx.site_changed()


def differences(before: Facts, after: Facts) -> tuple[Difference, ...]:
    """Each fact that differs, in the order in which the pages have them."""
    return tuple(
        Difference(field.name, getattr(before, field.name), getattr(after, field.name))
        for field in fields(Facts)
        if getattr(before, field.name) != getattr(after, field.name)
    )
