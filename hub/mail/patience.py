"""The limit of a wait for a reply. A timer of its own for each took a tenth of the sending."""

import asyncio
from collections.abc import Callable


class Patience:
    """How long one connection waits, wait after wait, with one timer for all of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, run_out: Callable[[str], None]) -> None:
        self._loop = loop
        self._run_out = run_out
        self._seconds = 0.0
        self._deadline: float | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0.0

    def start(self, seconds: float) -> None:
        """`run_out` is told unless `stop` comes within `seconds`."""
        self._seconds = seconds
        self._deadline = self._loop.time() + seconds
        # An alarm that comes too early looks at the deadline and is set again.
        if self._alarm is None or self._alarm_at > self._deadline:
            self._set()

    def stop(self) -> None:
        self._deadline = None

    def end(self) -> None:
        """Leave no timer behind."""
        self._deadline = None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _set(self) -> None:
        assert self._deadline is not None
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = self._deadline
        self._alarm = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._alarm = None
        if self._deadline is None:
            return
        if self._loop.time() < self._deadline:
            self._set()
        else:
            self._run_out(f"no answer within {self._seconds:g} seconds")
