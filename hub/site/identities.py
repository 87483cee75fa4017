"""Accounts in the fediverse, as the owner writes them: a line each, perhaps with an author's name.

@harbour@example.social
Ada Lovelace: @ada@example.social
"""

import re
from collections.abc import Iterable

from hub.errors import Refused
from hub.i18n import N_

_HANDLE = re.compile(r"@?([\w.-]{1,64})@([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?)", re.I)


def creators(text: str) -> dict[str, str]:
    """Handles (`@name@host`) by the author's name in lower case; that of everybody under ``.

    Raises Refused for a line that is none.
    """
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, handle = line.rpartition(": ")
        known = _HANDLE.fullmatch(handle.strip())
        if known is None or "." not in known[2] or (colon and not name.strip()):
            raise Refused(N_("Write one account a line, each like @name@example.social."))
        found.setdefault(" ".join(name.split()).casefold(), f"@{known[1]}@{known[2].lower()}")
    return found


def handles_of(text: str, authors: Iterable[str]) -> list[str]:
    """The handles for an article: its authors' own, else that of everybody."""
    known = creators(text) if text else {}
    names = (" ".join(name.split()).casefold() for name in authors)
    own = [known[name] for name in names if name in known]
    return own or ([known[""]] if "" in known else [])
