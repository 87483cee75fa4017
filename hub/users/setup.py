"""Setting up a new hub: the site's name and address, and its owner."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from hub import addresses, journal
from hub.db import Transaction
from hub.errors import Conflict, Refused
from hub.i18n import N_
from hub.site import first_steps, options
from hub.site import store as sites
from hub.users import accounts, one_time_links
from hub.users.model import User


@dataclass(frozen=True, slots=True)
class Answers:
    """What `hub setup` and the set-up page ask. The first five are options of the site."""

    title: str
    description: str
    language: str
    timezone: str
    base_url: str
    name: str
    email: str


_OPTIONS = tuple(f.name for f in fields(Answers) if f.name not in ("name", "email"))


def problems(answers: Answers) -> Iterator[Refused]:
    """What is wrong with the answers: each Refused names its field."""
    for option in _OPTIONS:
        try:
            options.checked(option, getattr(answers, option))
        except Refused as error:
            yield error
    try:
        accounts.checked_name(answers.name)
    except Refused as error:
        yield error
    try:
        addresses.checked(answers.email)
    except Refused as error:
        yield error


def set_up(tx: Transaction, answers: Answers, *, password_hash: str | None, now: datetime) -> User:
    """Make the site and its owner; every set-up link ends. The owner.

    Raises Conflict for a hub that is set up, Refused for the first wrong answer.
    """
    if sites.load(tx).ready_at is not None:
        raise Conflict(N_("This hub is set up already."))
    for error in problems(answers):
        raise error
    for option in _OPTIONS:
        sites.put(tx, option, getattr(answers, option))
    sites.put(tx, "owner_email", answers.email)
    owner = accounts.create(
        tx,
        email=answers.email,
        name=answers.name,
        role="owner",
        password_hash=password_hash,
        now=now,
    )
    sites.mark_ready(tx, now)
    journal.note(tx, "settings", "set up")
    first_steps.forget_answers(tx, (f.name for f in fields(Answers)))
    one_time_links.end(tx, "setup", None)
    return owner
