"""How much mail each domain gets at the moment, seen from one worker."""

from collections import Counter
from collections.abc import Callable


class Traffic:
    """How many messages a second each domain got in the last ten to twenty seconds."""

    SECONDS = 10.0

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._since = self._began = steady()
        self._now: Counter[str] = Counter()
        self._before: Counter[str] = Counter()

    def count(self, domain: str) -> None:
        self._now[domain] += 1

    def rate(self, domain: str) -> float:
        elapsed = max(1.0, self._steady() - self._began)
        return (self._now[domain] + self._before[domain]) / elapsed

    def turn(self) -> None:
        """Forget what is older than twenty seconds; called every second."""
        steady = self._steady()
        if steady - self._since >= self.SECONDS:
            self._began, self._since = self._since, steady
            self._before, self._now = self._now, Counter()
