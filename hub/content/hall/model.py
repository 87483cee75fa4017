"""What the owner arranges: lines of menu and footer, sections of the home, cards in them."""

from dataclasses import dataclass
from typing import Literal

from hub.content.model import path_of
from hub.i18n import N_

Place = Literal["menu", "footer"]
PLACES: tuple[Place, ...] = ("menu", "footer")
HOME = "home"

# Places of the hub itself that a line may lead to: address, and what it is called.
FIXED = {
    "archive": ("/archive", N_("Archive")),
    "search": ("/search", N_("Search")),
    "feeds": ("/feeds", N_("Feeds")),
    "newsletter": ("/newsletter", N_("Past newsletters")),
    "preferences": ("/preferences", N_("Your subscription")),
}
# The same in the footer, where there is more room.
IN_FOOTER = {"archive": N_("All articles")}
SECTIONS = ("latest", "chosen", "topic", "subscribe", "text", "cards")
# Of which a home has one: the page that goes on with older articles, and the form.
SINGLE = ("latest", "subscribe")

MOST_LINKS = 30
MOST_SECTIONS = 30
MOST_CARDS = 24
MOST_CHOSEN = 24
MOST_ARTICLES = 50


@dataclass(frozen=True, slots=True)
class Link:
    """A line of menu or footer. `post_*` are those of its page, `topic` the name of its topic.

    `id` is 0 for a line that nobody arranged.
    """

    id: int
    kind: str
    label: str
    target: str = ""
    post_id: int | None = None
    post_kind: str = ""
    post_slug: str = ""
    post_title: str = ""
    post_status: str = ""
    topic: str = ""
    place: str = ""

    @property
    def name(self) -> str:
        """What tells it from the other lines of its place, arranged or not."""
        if self.kind == "page":
            return f"page-{self.post_id}"
        if self.kind == "topic":
            return f"topic-{self.target}"
        return self.kind if self.kind in FIXED else f"address-{self.id}"

    @property
    def url(self) -> str:
        if self.kind == "page":
            return path_of(self.post_kind, self.post_slug)
        if self.kind == "topic":
            return f"/topics/{self.target}"
        return FIXED[self.kind][0] if self.kind in FIXED else self.target

    @property
    def is_shown(self) -> bool:
        """Whether readers find something there."""
        return self.kind != "page" or self.post_status == "published"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as readers see it."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the home. `most` counts articles; `text` is Markdown, `html` what it gives."""

    id: int
    kind: str
    title: str = ""
    topic: str = ""
    most: int = 0
    text: str = ""
    html: str = ""
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """An offer, a partner or a service. `picture` is `/media/…`, or empty."""

    id: int
    section_id: int
    title: str
    text: str
    address: str
    picture: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """An article that the owner chose for a section."""

    section_id: int
    post_id: int
    title: str
    status: str
