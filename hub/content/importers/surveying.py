"""What is in a folder of Markdown: its articles, and the slug that each of them gets."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.content import rendering, slugs, store
from hub.content.importers import article as articles
from hub.content.importers.article import Article
from hub.content.store import Origin
from hub.db import Transaction
from hub.errors import Refused
from hub.i18n import N_

SOURCE = "markdown:"
_LEFT_OUT = frozenset(("node_modules", "__pycache__", "vendor"))
# A little more than is rendered, for the front matter.
_LARGEST = rendering.LARGEST + 100_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that holds an article, and the slug it gets. `origin` when it came in before."""

    article: Article
    slug: str
    origin: Origin | None


def files(root: Path) -> Iterator[str]:
    """The Markdown files of a folder, as paths in it, in order; hidden folders are left out."""
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(n for n in inner if not n.startswith(".") and n not in _LEFT_OUT)
        for name in sorted(names):
            if not name.startswith(".") and name.lower().endswith(articles.SUFFIXES):
                yield (Path(folder) / name).relative_to(root).as_posix()


def survey(
    root: Path, names: Sequence[str], zone: ZoneInfo, refuse: Callable[[str, str], None]
) -> list[Article]:
    """Every file that holds an article, without its text; the others go to `refuse`, with why."""
    found: list[Article] = []
    for file in names:
        shown = file.encode(errors="surrogateescape").decode(errors="replace")
        if shown != file:
            refuse(shown, "The name of this file is not UTF-8.")
            continue
        try:
            found.append(replace(read(root, file, zone)[0], markdown=""))
        except Refused as error:
            refuse(file, str(error))
    return found


def read(root: Path, file: str, zone: ZoneInfo) -> tuple[Article, bytes]:
    """The article in a file, and its bytes. Raises Refused, with the reason, when it has none."""
    path = root / file
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            # Opening a pipe would wait for ever.
            raise Refused(N_("This is not a file."))
        with path.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise Refused(
            N_("The file cannot be read: %(reason)s"), reason=error.strerror or str(error)
        ) from error
    if len(data) > _LARGEST:
        raise Refused(N_("The file is too large; an article has at most 1 MB of text."))
    return articles.parse(file, data, zone), data


def plan(tx: Transaction, found: Sequence[Article], now: datetime) -> list[Planned]:
    """Who gets which slug, the oldest first: a taken one gets its date, then a number."""
    origins = {origin.source: origin for origin in store.origins(tx, SOURCE)}
    taken = {kind: store.slugs(tx, kind) for kind in ("post", "page")}
    planned: list[Planned] = []
    for article in sorted(found, key=lambda a: (a.date or now, a.file)):
        origin = origins.get(SOURCE + article.file)
        if origin is not None:
            slug = origin.slug
        else:
            slug = slugs.free(
                article.slug,
                kind=article.kind,
                taken=taken[article.kind].__contains__,
                day=article.date or now,
            )
            taken[article.kind].add(slug)
        planned.append(Planned(article, slug, origin))
    return planned
