"""An article of another platform, before it is a Markdown file."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class ForeignPost:
    """`key` is what the platform knows it by, `date` as it is written there (ISO 8601, UTC),
    `note` what its owner should know."""

    key: str
    title: str
    body: str
    slug: str
    date: str
    draft: bool = False
    page: bool = False
    excerpt: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    old_addresses: tuple[str, ...] = ()
    canonical: str = ""
    note: str = ""

    def front_matter(self) -> dict[str, object]:
        """Names that the reader of Markdown knows."""
        return {
            "title": " ".join(self.title.split()),
            "slug": self.slug,
            "date": _in_utc(self.date),
            "draft": self.draft,
            "kind": "page" if self.page else "post",
            "excerpt": " ".join(self.excerpt.split()),
            "tags": list(self.tags),
            "authors": list(self.authors),
            "aliases": [path for path in map(path_of, self.old_addresses) if path],
            "canonical": self.canonical,
        }


def _in_utc(moment: str) -> str:
    """A time without a zone is UTC; the reader of Markdown would take it for the site's own."""
    try:
        return "" if not moment else _aware(datetime.fromisoformat(moment)).isoformat()
    except ValueError:
        return moment


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def path_of(address: str) -> str:
    """The path of an address; empty for the front page and for what is none."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return ""
    return "" if path in ("", "/") else path


def last_segment(address: str) -> str:
    """What follows the last slash of an address."""
    return path_of(address).rstrip("/").rpartition("/")[2]


def tags(cell: str, separator: str) -> tuple[str, ...]:
    """The names in a cell."""
    return tuple(name for part in cell.split(separator) if (name := part.strip()))
