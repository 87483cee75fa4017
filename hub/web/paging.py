"""Lists that go over several pages: which page a query asks for, and what is around it."""

from dataclasses import dataclass
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Paging:
    """Page `number` of `pages` at `path`, as the pagination partial shows it.

    `query` is what else the address asks for, encoded: `q=tide`.
    """

    path: str
    number: int
    pages: int
    query: str = ""

    @property
    def newer(self) -> str:
        """The address of the page before this one; empty on the first."""
        return self.url(self.number - 1) if self.number > 1 else ""

    @property
    def older(self) -> str:
        """The address of the page after this one; empty on the last."""
        return self.url(self.number + 1) if self.number < self.pages else ""

    @property
    def here(self) -> str:
        return self.url(self.number)

    def url(self, number: int) -> str:
        asked = [self.query] if self.query else []
        if number > 1:
            asked.append(f"page={number}")
        return "?".join(filter(None, (self.path, "&".join(asked))))


def asked(query: bytes) -> int | None:
    """The page that a query string asks for, 1 without `page`; None when there can be no such page.

    The views and the page cache both read it here, so they never take a query for two
    different pages.
    """
    if b"page" not in query:
        return 1
    if query.count(b"&") > 50:
        return None
    values = [
        value
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        if name == "page"
    ]
    if not values:
        return 1
    digits = values[-1]
    # isdigit takes superscripts and other alphabets' digits too.
    if len(values) > 1 or not (digits.isascii() and digits.isdigit()) or len(digits) > 6:
        return None
    return int(digits) or None


def pages_of(total: int, per_page: int) -> int:
    """How many pages `total` things fill; one when there are none."""
    return max(1, -(-total // per_page))
