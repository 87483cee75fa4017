"""Links of an edition whose presses are counted, when the owner wants that: a number, no person.

A link leads to `/newsletter/12/go/3` on the site itself and from there to where it led: every
reader has the same one, and it holds neither address nor token. It can lead nowhere but where a
link of that edition led, for the places are stored when the edition is made. Text parts keep their
own links. Programs that look into mail press too, so the numbers are an upper bound.
"""

import html
import re
import threading
from dataclasses import dataclass, replace

from hub.db import Database, Transaction
from hub.mail import headers
from hub.newsletter import slots
from hub.newsletter.composing import Digest
from hub.newsletter.model import Edition
from hub.site.model import Site
from hub.tokens import Signer

MOST = 500
LONGEST = 2_000
_LINK = re.compile(r"""(<a\b[^>]*?\shref=")([^"]*)(")""", re.IGNORECASE)
# Printable ASCII without a space, and letters of other scripts: nothing that ends a header.
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f]+", re.IGNORECASE)


class Links:
    """The links of one edition, the same in every language; none where presses do not count."""

    def __init__(self, edition: Edition, site: Site, signer: Signer) -> None:
        self._counts = site.count_clicks == "on"
        self._start = f"{headers.ascii_url(site.base_url)}/newsletter/{edition.id}"
        self._edition_id = edition.id
        self._personal = slots.tokens(signer, edition.id).all()
        self._numbers: dict[str, int] = {}

    def counted(self, mail: Digest) -> Digest:
        """The mail with its links leading over the site; as it was where presses do not count."""
        if not self._counts:
            return mail
        return replace(mail, html=_LINK.sub(self._over_the_site, mail.html))

    def keep(self, tx: Transaction) -> None:
        """Store where they lead."""
        tx.executemany(
            "INSERT INTO edition_links (edition_id, number, url, presses)"
            " VALUES (:edition_id, :number, :url, 0)",
            [
                {"edition_id": self._edition_id, "number": number, "url": url}
                for url, number in self._numbers.items()
            ],
        )

    def _over_the_site(self, found: re.Match[str]) -> str:
        url = html.unescape(found[2])
        if not self._is_countable(url):
            return found[0]
        number = self._numbers.setdefault(url, len(self._numbers) + 1)
        return f"{found[1]}{html.escape(self._start)}/go/{number}{found[3]}"

    def _is_countable(self, url: str) -> bool:
        if len(url) > LONGEST or not _ADDRESS.fullmatch(url) or url == self._start:
            return False
        if any(token in url for token in self._personal):
            return False
        return url in self._numbers or len(self._numbers) < MOST


@dataclass(frozen=True, slots=True)
class Pressed:
    """Where a link of an edition leads, and how often it was pressed."""

    number: int
    url: str
    presses: int


def of_edition(tx: Transaction, edition_id: int) -> list[Pressed]:
    """The links of an edition, those pressed most first; none where presses did not count."""
    return tx.all(
        Pressed,
        "SELECT number, url, presses FROM edition_links WHERE edition_id = :id"
        " ORDER BY presses DESC, number",
        id=edition_id,
    )


def leads_to(tx: Transaction, edition_id: int, number: int) -> str | None:
    """Where a link leads; None where the edition has none of that number."""
    return tx.one(
        str,
        "SELECT url FROM edition_links WHERE edition_id = :id AND number = :number",
        id=edition_id,
        number=number,
    )


class Presses:
    """What one process counted, until it is written. Safe to use from several threads."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, int], int] = {}
        self._lock = threading.Lock()

    def note(self, edition_id: int, number: int) -> None:
        """A link that there is was pressed."""
        with self._lock:
            link = edition_id, number
            self._counts[link] = self._counts.get(link, 0) + 1

    def take(self) -> dict[tuple[int, int], int]:
        """The counts since the last time; they begin anew."""
        with self._lock:
            counts, self._counts = self._counts, {}
        return counts


def write(db: Database, presses: Presses) -> None:
    """What a process counted since the last time, into the database. Takes no lock for nothing."""
    counts = presses.take()
    if not counts:
        return
    with db.write() as tx:
        tx.executemany(
            "UPDATE edition_links SET presses = presses + :more"
            " WHERE edition_id = :edition_id AND number = :number",
            [
                {"edition_id": edition_id, "number": number, "more": more}
                for (edition_id, number), more in counts.items()
            ],
        )
