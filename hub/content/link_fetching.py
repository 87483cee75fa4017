"""The worker's part of link cards: asks pages elsewhere what they say of themselves.

Through hub/net.py alone, which calls no private address; each redirect is looked at anew. What
fails is tried again after 1 and 10 minutes, an hour and six, and then left: the link stays a link.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote, urldefrag, urljoin

from hub import logs
from hub.content import link_card_store, link_metadata
from hub.content.link_metadata import Metadata
from hub.db import Database, Transaction
from hub.errors import Unavailable, Unreachable
from hub.net import Answer
from hub.site.model import Site

_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 360))
MOST_REDIRECTS = 4
_REDIRECTS = (301, 302, 303, 307, 308)
_BATCH = 5
_SAFE = "/~!$&'()*+,;=:@%?#[]"


class Get(Protocol):
    """Asks for the beginning of a URL, as hub.net.Fetcher.beginning does; raises Unreachable."""

    def __call__(self, url: str, headers: Mapping[str, str]) -> Answer: ...


@dataclass(frozen=True, slots=True)
class LinkReader:
    """Asks the pages that are due. `stopped` says whether the worker is to come to an end."""

    db: Database
    load_site: Callable[[Transaction], Site]
    get: Get
    stopped: Callable[[], bool] = lambda: False

    def work(self, now: datetime) -> bool:
        """Ask some pages that are due; whether there was one."""
        did = False
        for _ in range(_BATCH):
            with self.db.read() as tx:
                if self.stopped() or not link_card_store.is_due(tx, now):
                    return did
                site = self.load_site(tx)
            with self.db.write() as tx:
                if site.link_cards != "on":
                    link_card_store.forget_due(tx)
                    return True
                asked = link_card_store.claim(tx, now)
            if asked is not None:
                did = True
                self._ask(asked.url, asked.attempts, site.language, now)
        return did

    def _ask(self, url: str, attempts: int, language: str, now: datetime) -> None:
        said, again = None, None
        try:
            said = _read(self.get, url, language)
        except Unreachable as error:
            again = now + _WAITS[attempts - 1] if attempts <= len(_WAITS) else None
            reason = str(error)
            logs.event("link_card.not_read", reason=reason, attempts=attempts, again=bool(again))
        try:
            with self.db.write() as tx:
                if said is None:
                    link_card_store.put_off(tx, url, again)
                else:
                    link_card_store.put(tx, url, said, now)
                    tx.site_changed()
        except Unavailable:
            # It is due again by itself; a page may be asked twice.
            logs.warning("link_card.not_recorded")


def _read(get: Get, url: str, language: str) -> Metadata | None:
    """What the page says, at whatever address it is now; None when it says nothing.

    Raises Unreachable.
    """
    headers = {"accept": "text/html, application/xhtml+xml", "accept-language": language}
    here = urldefrag(url).url
    for _ in range(MOST_REDIRECTS + 1):
        answer = get(_ascii(here), headers)
        if answer.status not in _REDIRECTS:
            break
        try:
            here = urldefrag(urljoin(here, answer.headers.get("location", ""))).url
        except ValueError as error:
            raise Unreachable("it leads to what is no URL") from error
    if answer.status != 200:
        raise Unreachable(f"the answer is {answer.status}")
    return link_metadata.read(answer.body, answer.headers.get("content-type", ""))


def _ascii(url: str) -> str:
    """Letters beyond ASCII percent-encoded behind the host (RFC 3987 §3.1)."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host}{slash}{quote(path, safe=_SAFE)}"
