"""What is known of a request for the list, and what is decided about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# What a request, or the moment at which it comes, is reproached with (rules.POINTS).
Reason = Literal[
    "trap",
    "quick",
    "script",
    "link",
    "dots",
    "disposable",
    "unproven",
    "domain",
    "mailbox",
    "brake",
]
# Whether the work that a form asks for was done; `unasked` where the owner asks for none.
Proof = Literal["unasked", "done", "missing"]
Decision = Literal["pass", "held", "refused"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What the owner decided. Numbers are of sign-ups within an hour; `disposable` are domains
    beside the hub's own; `least_seconds` between a form and its answer, 0: any."""

    per_network: int = 60
    per_domain: int = 120
    disposable: frozenset[str] = frozenset()
    least_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """How a request came. `address` is the client's IP address, empty when it is not known;
    `seconds` since the form was shown, None when the form does not say."""

    address: str = ""
    trapped: bool = False
    seconds: float | None = None
    scripted: bool = False
    proof: Proof = "unasked"
    policy: Policy = Policy()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a request, and why; no reason where it passes."""

    decision: Decision
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldSignUp:
    """A sign-up that waits for the owner, as it was sent. `reasons` and `topics` have spaces
    between; `invitation` is the code of the one they came by;
    `created_at` is when it was asked for first."""

    id: int
    email: str
    email_key: str
    name: str
    cadence: str
    topics: str
    language: str
    consent_text: str
    consent_version: str
    consent_language: str
    form_url: str
    invitation: str
    reasons: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Brake:
    """A time in which every new sign-up is held, because hardly anybody confirmed: `confirmed`
    of `asked`. It is over at `until`, or at `ended_at` when the owner ended it."""

    id: int
    began_at: datetime
    until: datetime
    ended_at: datetime | None
    asked: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Answers:
    """Confirmation mails that were accepted in a span of time, and those that were answered."""

    asked: int
    confirmed: int
