"""`make audit`: looks at the whole site with the tools of others; exit 1 when it falls short.

Name parts to run only those. The tools go into a scratch folder, and stay there for the next time.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from audit import browsing, lighthouse, mail, markup
from audit.finding import Finding
from audit.tools import Missing

Part = Callable[[Path], Iterator[Finding]]
PARTS: tuple[tuple[str, Part], ...] = (
    ("lighthouse", lighthouse.findings),
    ("markup", markup.findings),
    ("browsing", browsing.findings),
    ("mail", mail.findings),
)
# Not under /tmp, where somebody else could have put programs for us to run.
TOOLS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hub-audit"


def main() -> int:
    """Print a Markdown table, a line for each finding as they come; whether nothing was grave."""
    wanted = sys.argv[1:] or [name for name, _ in PARTS]
    if unknown := set(wanted) - {name for name, _ in PARTS}:
        sys.exit(f"There is no part {', '.join(sorted(unknown))}.")
    for left in ("hub", "hub.json"):
        _remove(TOOLS / left)
    TOOLS.mkdir(mode=0o700, parents=True, exist_ok=True)
    print("| part | subject | what | grave |\n|---|---|---|---|", flush=True)
    grave = 0
    for name, part in PARTS:
        if name in wanted:
            for finding in _all(name, part):
                grave += finding.grave
                cells = (finding.part, finding.subject, finding.what, "yes" * finding.grave)
                print(f"| {' | '.join(cell.replace('|', '¦') for cell in cells)} |", flush=True)
    print(f"\n{grave} grave" if grave else "\nNothing grave was found.")
    return 1 if grave else 0


def _all(name: str, part: Part) -> Iterator[Finding]:
    """What a part finds; that it cannot run is a grave finding too."""
    try:
        yield from part(TOOLS)
    except Missing as error:
        yield Finding(name, "the audit itself", str(error), grave=True)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
