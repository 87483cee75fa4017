"""What came back, as every way in says it, and as it is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# hard: the address takes no mail. soft: the mailbox or the way there, or nobody knows. sender: we
# are refused. message: this one as it is. complaint: the reader calls it spam.
Kind = Literal["hard", "soft", "sender", "message", "complaint"]
KINDS: tuple[Kind, ...] = ("hard", "soft", "sender", "message", "complaint")
# What the owner answered: the address gets mail again.
LIFTED = "lifted"

# followed: the reader's status changed. noted: written down, and nothing follows yet. repeated:
# known already. gone: it was ours, and the reader was erased. nobody: nothing in it is ours.
Taken = Literal["followed", "noted", "repeated", "gone", "nobody"]


@dataclass(frozen=True, slots=True)
class Report:
    """One mail came back. `event_id` is the same for a repeat of the same report.

    Whom it is about stands in one of three: `paths`, texts with a return path of ours in them;
    `link`, the token of an unsubscribe link, with the `edition` that was named beside it;
    `address`, which only who proved to be the provider may fill, with the mail's `message_id`.
    `code` has three digits and `status` is the enhanced code, 0 and empty when not given. `at` is
    when it happened, None for now.
    """

    source: str
    event_id: str
    complaint: bool = False
    code: int = 0
    status: str = ""
    text: str = ""
    paths: tuple[str, ...] = ()
    link: str = ""
    edition: int = 0
    address: str = ""
    message_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Whom:
    """A reader and the edition that came back, sent at `sent_at`; both None for another mail."""

    subscriber_id: int
    edition_id: int | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BounceEvent:
    """A line of evidence; `edition_id` is None when no edition is known."""

    edition_id: int | None
    kind: str
    code: str
    text: str
    source: str
    at: datetime

    @property
    def said(self) -> str:
        """The code and what was said, the code not twice."""
        return " ".join([*(w for w in self.code.split() if w not in self.text), self.text]).strip()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a delivery of a reader ended, and when; `returned` is the kind of what came back later,
    empty when nothing did."""

    state: str
    code: int | None
    reply: str
    finished_at: datetime
    returned: str = ""


@dataclass(frozen=True, slots=True)
class BoxState:
    """How far a mailbox was read; `replies` counts what people wrote, left for the owner."""

    uid_validity: int
    last_uid: int
    replies: int
