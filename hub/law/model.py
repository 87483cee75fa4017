"""What legal notice, privacy and trust page say, as facts without a language."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

Value = str | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that these pages depend on.

    `relays` are the hosts that take the mail (none: it is kept here), `providers` whose reports
    of undeliverable mail are taken, `kept` the names of what is stored (kept.py). Empty texts are
    not filled in. `wording` is the number of the hub's own words.
    """

    publisher: str
    publisher_details: str
    publisher_address: str
    publisher_phone: str
    publisher_email: str
    publication_director: str
    host_name: str
    host_address: str
    host_phone: str
    relays: tuple[str, ...]
    providers: tuple[str, ...]
    websub: str
    retention_months: int
    consent_text: str
    welcome_mail: bool
    count_clicks: bool
    kept: tuple[str, ...]
    legal_notice: str
    privacy_notice: str
    trust_notice: str
    wording: int

    @property
    def own_relay(self) -> bool:
        """Whether the mail server is on the machine of the site itself."""
        return bool(self.relays) and all(
            relay in ("localhost", "::1") or relay.startswith("127.") for relay in self.relays
        )


class Difference(NamedTuple):
    """One fact that changed, by the name of its field."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the public log; `letter_id` the letter that told readers, if one does."""

    id: int
    at: datetime
    differences: tuple[Difference, ...]
    letter_id: int | None


@dataclass(frozen=True, slots=True)
class State:
    """The facts as written down last, since when the log is kept, and what they may become."""

    facts: Facts
    began_at: datetime
    coming: Facts | None
    coming_since: datetime | None

    @property
    def stands(self) -> Facts:
        """What was seen last: it holds at once, whether or not the log has it yet."""
        return self.coming or self.facts
