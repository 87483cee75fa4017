"""Lighthouse on the home page and an article, as a telephone sees them: 100 in all, no shift."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit import tools
from audit.finding import Finding
from audit.shown import shown

PART = "lighthouse"
VERSION = "13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# A busy machine makes a page look slower, never faster.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Scores:
    """Points of 100 by category, the layout shift, and what cost points."""

    points: Mapping[str, int]
    shift: float
    faults: tuple[str, ...]

    @property
    def perfect(self) -> bool:
        return set(self.points.values()) == {100} and self.shift == 0

    def __str__(self) -> str:
        points = ", ".join(f"{name} {points}" for name, points in self.points.items())
        return "; ".join((f"{points}, CLS {self.shift:g}", *self.faults))


def findings(scratch: Path) -> Iterator[Finding]:
    """The scores of both pages, the best of three tries."""
    home = tools.npm(scratch, PART, VERSION)
    tools.chromium()
    with shown(scratch) as site:
        article = next(page.path for page in site.pages if page.path.startswith("/posts/"))
        for path in ("/", article):
            scores = _best(home, site.base + path)
            yield Finding(PART, path, str(scores), grave=not scores.perfect)


def _best(home: Path, url: str) -> Scores:
    best: Scores | None = None
    for _ in range(TRIES):
        scores = read(_report(home, url))
        if best is None or sum(scores.points.values()) > sum(best.points.values()):
            best = scores
        if best.perfect:
            break
    assert best is not None
    return best


def _report(home: Path, url: str) -> dict[str, Any]:
    node = tools.debian("node", "nodejs")
    command = [node, str(home / "cli" / "index.js"), url, "--output=json", "--quiet"]
    done = subprocess.run(
        [*command, f"--chrome-flags={' '.join(tools.CHROMIUM_FLAGS)}"],
        capture_output=True,
        check=True,
        env={**os.environ, "CHROME_PATH": str(tools.chromium())},
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def read(report: Mapping[str, Any]) -> Scores:
    """The scores in Lighthouse's JSON; a category that it could not judge has 0 points."""
    points = {name: round((report["categories"][name]["score"] or 0) * 100) for name in CATEGORIES}
    audits = report["audits"]
    counted = {
        found["id"]
        for name in CATEGORIES
        for found in report["categories"][name]["auditRefs"]
        if found["weight"] and points[name] < 100
    }
    faults = tuple(
        f"{audits[name]['title']} {audits[name].get('displayValue', '')}".strip()
        for name in sorted(counted)
        if audits[name]["score"] is not None and audits[name]["score"] < 1
    )
    return Scores(points, audits["cumulative-layout-shift"]["numericValue"], faults)
