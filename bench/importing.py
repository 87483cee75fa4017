"""How long 750 articles take to come in, and in how much memory."""

import statistics
from pathlib import Path

from bench.measure import Line, folder, free_port, hub, peak_memory, run, set_up


def measure(articles: Path) -> list[Line]:
    """Time and memory of `hub import`, into an empty hub and again."""
    seconds: list[float] = []
    memory: list[float] = []
    for _ in range(3):
        with folder() as data:
            set_up(data, port=free_port())
            taken, peak = peak_memory(hub(data, "import", str(articles)))
            seconds.append(taken)
            memory.append(peak)
            again, _ = peak_memory(hub(data, "import", str(articles)))
            count = len(run(data, "posts", "list").splitlines())
    how = f"`hub import`, {count} articles, median of 3; memory with the rendering processes"
    return [
        Line("import of the articles", f"{statistics.median(seconds):.1f} s", "≤ 20 s", how),
        Line("its memory at most", f"{max(memory):.0f} MB", "< 300 MB", how),
        Line("the same import again", f"{again:.1f} s", "", "nothing changes"),
    ]
