"""What keeps a process from a part of its work, as long as it lasts.

In memory, because a full disk and a database that is away take no note of themselves: the
owner is told as soon as they do.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from hub.notices.rules import LASTS


@dataclass(frozen=True, slots=True)
class Stumble:
    """`part` has failed since `since`, at every try; `until` is when it went well again."""

    part: str
    what: str
    reason: str
    since: datetime
    until: datetime | None = None


class Stumbles:
    """The stumbles of one process; safe to use from several threads."""

    def __init__(self) -> None:
        self._open: dict[str, Stumble] = {}
        self._over: list[Stumble] = []

    def failed(self, part: str, what: str, reason: str, now: datetime) -> None:
        """A try of `part` failed: `what` names the kind of failure, `reason` says it in words."""
        known = self._open.get(part)
        if known is None:
            self._open[part] = Stumble(part, what, reason, now)
        elif (known.what, known.reason) != (what, reason):
            self._open[part] = replace(known, what=what, reason=reason)

    def went_well(self, part: str, now: datetime) -> None:
        known = self._open.pop(part, None)
        if known is not None and now - known.since >= LASTS:
            self._over.append(replace(known, until=now))

    def lasting(self, now: datetime) -> list[Stumble]:
        """Those that last, or did and were not told of."""
        still = [known for known in list(self._open.values()) if now - known.since >= LASTS]
        return [*self._over, *still]

    def told(self, stumble: Stumble) -> None:
        """The owner knows of one that is over; what still lasts stays until it is."""
        if stumble in self._over:
            self._over.remove(stumble)
