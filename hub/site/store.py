"""The options in the database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub import journal
from hub.db import Transaction
from hub.site import options
from hub.site.model import Site
from hub.times import from_text, to_text

# Not an option: when the hub was set up. Every stream's ledger runs from here.
READY_AT = "ready_at"
# Nor are these: when one of the options behind it was changed last, so that a new day that lies
# in this week's past sends nothing at once.
_CHANGED: dict[str, tuple[str, ...]] = {
    "weekly_from": ("weekly_day", "weekly_time", "timezone"),
    "monthly_from": ("monthly_day", "weekly_time", "timezone"),
}
_NUMBERS = (
    *("posts_per_page", "feed_items", "monthly_day", "send_connections"),
    *("notice_failures_above", "notice_limit", "retention_months"),
    *("sign_ups_per_network", "sign_ups_per_domain", "backups_kept"),
)


@dataclass(frozen=True, slots=True)
class _Stored:
    name: str
    value: str


def load(tx: Transaction, *, base_url: str = "") -> Site:
    """The site as it is now; `base_url` (HUB_BASE_URL) beats the stored one when given."""
    stored = {row.name: row.value for row in tx.all(_Stored, "SELECT name, value FROM settings")}
    values: dict[str, object] = {
        option.name: stored.get(option.name, option.default) for option in options.OPTIONS
    }
    for name in _NUMBERS:
        values[name] = int(str(values[name]))
    if base_url:
        values["base_url"] = base_url
    for name in (READY_AT, *_CHANGED):
        values[name] = from_text(stored[name]) if name in stored else None
    return Site(**values)  # type: ignore[arg-type]  # the names are the fields', the types checked above


def uid(tx: Transaction) -> UUID:
    """What names this hub for ever, wherever it lives."""
    return UUID(str(tx.scalar("SELECT uid FROM hub WHERE id = 1")))


def is_set(tx: Transaction, name: str) -> bool:
    """Whether an option without a default has a value."""
    return bool(tx.scalar("SELECT value FROM settings WHERE name = :name", name=name))


def put(tx: Transaction, name: str, value: str) -> str:
    """Check and store one option; the value as stored. Raises Refused."""
    value = options.checked(name, value)
    _write(tx, name, value)
    return value


def change(tx: Transaction, name: str, value: str, *, now: datetime) -> str:
    """As `put`, for the owner who changes an option of a hub at work: a new day or time of the
    newsletter counts from the first that begins after `now`."""
    before = tx.one(str, "SELECT value FROM settings WHERE name = :name", name=name)
    stored = put(tx, name, value)
    known = options.BY_NAME[name].default if before is None else before
    if stored != known:
        journal.note(tx, "settings", "changed", subject=name, was=known, became=stored)
        for mark, names in _CHANGED.items():
            if name in names:
                _write(tx, mark, to_text(now))
    return stored


def mark_ready(tx: Transaction, now: datetime) -> None:
    """The hub is set up: the ledgers of the newsletter begin."""
    _write(tx, READY_AT, to_text(now))


def _write(tx: Transaction, name: str, value: str) -> None:
    tx.execute(
        "INSERT INTO settings (name, value) VALUES (:name, :value) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name=name,
        value=value,
    )
    tx.site_changed()
