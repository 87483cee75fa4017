"""A letter written by hand, before it becomes an edition."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Audience = Literal["all", "topics", "segment"]
OnSite = Literal["auto", "yes", "no"]
AUDIENCES: tuple[Audience, ...] = ("all", "topics", "segment")
ON_SITE: tuple[OnSite, ...] = ("auto", "yes", "no")


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as its author hands it in. `topics` with commas between; `language` empty: the
    site's; `on_site` `auto`: only what goes to everybody is shown to everybody."""

    subject: str
    markdown: str
    preheader: str = ""
    language: str = ""
    audience: str = "all"
    topics: str = ""
    segment_id: int | None = None
    on_site: str = "auto"


@dataclass(frozen=True, slots=True)
class HandLetter:
    """A letter as it is kept. `html` is safe to show; `excerpt` its first paragraph.

    `status`: `draft`, `scheduled` (for `send_at`) or `made` (into the edition `edition_id`).
    `problem` says why it did not go out when it was due.
    """

    id: int
    subject: str
    preheader: str
    excerpt: str
    language: str
    audience: str
    topics: str
    segment_id: int | None
    on_site: str
    status: str
    send_at: datetime | None
    problem: str
    edition_id: int | None
    created_at: datetime
    updated_at: datetime
    markdown: str
    html: str

    @property
    def is_public(self) -> bool:
        """Whether its edition is shown on the site."""
        return self.on_site == "yes" or (self.on_site == "auto" and self.audience == "all")
