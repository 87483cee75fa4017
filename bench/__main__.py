"""`make bench`: every figure that the hub promises, as one table. Name parts to run only those."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import (
    corpus,
    desk,
    engines,
    importing,
    kills,
    limits,
    lists,
    million,
    pages,
    readers,
    sending,
    serving,
    signing,
    starting,
)
from bench.measure import Line, folder

PARTS: dict[str, Callable[[Path], Iterable[Line]]] = {
    "import": importing.measure,
    "serve": serving.measure,
    "pages": pages.measure,
    "readers": readers.measure,
    "start": starting.measure,
    "send": sending.measure,
    "sign": signing.measure,
    "kills": kills.measure,
    "engines": engines.measure,
    "million": million.measure,
    "limits": limits.measure,
    "list": lists.measure,
    "desk": desk.measure,
}
# Minutes of work for the whole machine: only when named.
ONLY_WHEN_NAMED = {"desk", "limits", "list", "million"}


def main() -> None:
    """Print a Markdown table, line by line as the figures come."""
    wanted = sys.argv[1:] or [name for name in PARTS if name not in ONLY_WHEN_NAMED]
    print("| what | figure | asked for | how |\n|---|---|---|---|", flush=True)
    with folder() as scratch:
        articles = corpus.articles(scratch)
        for name in wanted:
            for line in PARTS[name](articles):
                print(f"| {line.what} | {line.figure} | {line.asked} | {line.how} |", flush=True)


main()
