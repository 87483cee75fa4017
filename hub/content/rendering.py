"""Markdown becomes sanitised HTML in a process of its own, which can be killed.

What others wrote can keep any Markdown library busy for minutes or fill the memory; here
it costs one child process and a clear refusal, while everybody else goes on.
"""

import atexit
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub import i18n
from hub.content.render_process import Child, Died
from hub.errors import Refused, TooLarge
from hub.i18n import N_

LARGEST = 1_000_000
# An author waits for it; what else saving takes fits into the fifth second.
SECONDS = 4.0
# Of the clock, where nobody waits and readers go first; the processor's stay the same.
PATIENCE = 30.0
MEMORY = 512_000_000
CHILDREN = 2
IDLE_SECONDS = 60.0

_REASONS = {
    "nested": N_("This is nested too deeply to be shown."),
    "memory": N_("Showing this takes too much memory."),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What readers see of a Markdown text.

    `html` is safe to show as it is. `excerpt` is the first real paragraph, 200 characters at
    most. `images` are the addresses under /media/; `missing_images` those that lead nowhere
    on the site, `remote_images` those on other hosts: the html holds no picture for either.
    """

    html: str
    plain_text: str
    excerpt: str
    reading_minutes: int
    images: tuple[str, ...]
    missing_images: tuple[str, ...]
    remote_images: tuple[str, ...]


class Renderer:
    """Renders with up to `children` processes: started when needed, ended when idle.

    A text may take `seconds` of the processor, and `patience` of the clock (as many by default).
    """

    def __init__(
        self,
        *,
        children: int = CHILDREN,
        seconds: float = SECONDS,
        patience: float | None = None,
        memory: int = MEMORY,
        idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._patience = seconds if patience is None else patience
        self._memory = memory
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._slots = threading.BoundedSemaphore(children)
        self._lock = threading.Lock()
        self._idle: list[tuple[Child, float]] = []
        self._reaper: threading.Timer | None = None

    def render(self, markdown: str, *, language: str) -> Rendered:
        """The rendered form of `markdown`; `language` is that of the words the hub adds.

        Raises TooLarge over LARGEST bytes; Refused, with the reason, for what takes too long,
        too much memory, or is nested too deeply.
        """
        check_length(markdown)
        given = {"markdown": markdown, "language": language, "labels": _labels(language)}
        job = json.dumps(given).encode()
        with self._slots:
            answer = self._exchange(job)
        if "refused" in answer:
            raise Refused(_REASONS[str(answer["refused"])], field="markdown")
        return _rendered(answer)

    def close(self) -> None:
        """End the idle children and reap them."""
        with self._lock:
            children, self._idle = [child for child, _ in self._idle], []
            if self._reaper is not None:
                self._reaper.cancel()
                self._reaper = None
        for child in children:
            child.end()

    def _exchange(self, job: bytes) -> Mapping[str, object]:
        child = self._take()
        try:
            answer = child.exchange(job, self._patience)
        except Died as error:
            child.kill()
            if not child.used:
                raise Refused(_REASONS["memory"], field="markdown") from error
            # It may have died while it was idle, of nothing that this text did.
            return self._exchange(job)
        except BaseException:
            child.kill()
            raise
        if child.spent:
            child.kill()
        else:
            self._give_back(child)
        return answer

    def _take(self) -> "Child":
        with self._lock:
            if self._idle:
                return self._idle.pop()[0]
        return Child(self._memory, self._seconds)

    def _give_back(self, child: "Child") -> None:
        with self._lock:
            self._idle.append((child, self._clock()))
            if self._reaper is None:
                self._schedule(self._idle_seconds)

    def _schedule(self, seconds: float) -> None:
        self._reaper = threading.Timer(seconds, self.end_idle)
        self._reaper.daemon = True
        self._reaper.start()

    def end_idle(self) -> None:
        """End the children that had nothing to do for a while."""
        with self._lock:
            since = self._clock() - self._idle_seconds
            old = [child for child, at in self._idle if at <= since]
            self._idle = [(child, at) for child, at in self._idle if at > since]
            self._reaper = None
            if self._idle:
                self._schedule(max(0.01, self._idle[0][1] - since))
        for child in old:
            child.end()


_default = Renderer()
atexit.register(_default.close)
_patient = Renderer(patience=PATIENCE)
atexit.register(_patient.close)


def render(markdown: str, *, language: str) -> Rendered:
    """`Renderer.render` with the children that this process shares."""
    return _default.render(markdown, language=language)


def check_length(markdown: str) -> None:
    """Raises TooLarge over LARGEST bytes, Refused for characters that are none."""
    try:
        size = len(markdown.encode())
    except UnicodeEncodeError as error:
        raise Refused(N_("This text holds characters that no page can show.")) from error
    if size > LARGEST:
        raise TooLarge(
            N_("The text is too long: %(size)s kB, at most %(most)s kB."),
            field="markdown",
            size=size // 1000,
            most=LARGEST // 1000,
        )


def render_patiently(markdown: str, *, language: str) -> Rendered:
    """As `render`, for an import: its own children, who let others go first."""
    return _patient.render(markdown, language=language)


def _labels(language: str) -> dict[str, str]:
    known = i18n.known(language)
    return {
        "table": i18n.translate(known, N_("Table")),
        "back": i18n.translate(known, N_("Back to the text")),
        "media": i18n.translate(known, N_("Open")),
        "picture": i18n.translate(known, N_("Picture")),
    }


def _rendered(answer: Mapping[str, object]) -> Rendered:
    def texts(name: str) -> tuple[str, ...]:
        value = answer[name]
        assert isinstance(value, list)
        return tuple(map(str, value))

    return Rendered(
        html=str(answer["html"]),
        plain_text=str(answer["plain_text"]),
        excerpt=str(answer["excerpt"]),
        reading_minutes=int(str(answer["reading_minutes"])),
        images=texts("images"),
        missing_images=texts("missing_images"),
        remote_images=texts("remote_images"),
    )
