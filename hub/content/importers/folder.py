"""A folder of Markdown files, or one file, becomes articles; again, and nothing changes.

First every file's front matter is read, so that slugs and links between files are known;
then files are prepared by two at a time and written in small transactions, so that the
hub goes on serving and a stop in the middle loses nothing.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.content import media, publishing, redirects, rendering, store, writing
from hub.content.importers import article as articles
from hub.content.importers import surveying
from hub.content.importers.article import Article
from hub.content.importers.preparing import Prepared, Render, Workshop
from hub.content.importers.references import Source
from hub.content.importers.surveying import Planned
from hub.content.model import Newsletter, path_of
from hub.content.store import Origin
from hub.db import Database, Transaction
from hub.errors import Conflict, Refused
from hub.i18n import N_
from hub.reports import Problem, Report
from hub.site.model import Site

FORMAT = "markdown"
BATCH = 25
# Characters of text; 25 articles of a usual blog are a third of it.
HEAVY = 500_000
NICE = 10
_DRAFT = "draft:"

# (files done, files in all)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One file after preparing: `prepared`, or a reason why not, or neither: unchanged."""

    planned: Planned
    fingerprint: str = ""
    prepared: Prepared | None = None
    refused: str = ""


@dataclass(slots=True)
class _Tally:
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, item: str, reason: str) -> None:
        self.refused += 1
        self.problems.append(Problem(item, reason))


def recognises(path: Path) -> bool:
    """Whether this is a Markdown file, or a folder that holds one."""
    if path.is_dir():
        return next(surveying.files(path), None) is not None
    return path.suffix.lower() in articles.SUFFIXES


def run(
    db: Database,
    path: Path,
    *,
    media_folder: Path,
    site: Site,
    now: datetime,
    dry_run: bool = False,
    announce: bool = False,
    progress: Progress = lambda _done, _all: None,
    render: Render = rendering.render_patiently,
) -> Report:
    """Import a folder or a file; a file that cannot be read stops only itself.

    `announce`: new articles are meant for the next digest; otherwise for no newsletter.
    With `dry_run` nothing is written anywhere, and the report is the same.
    """
    root = path if path.is_dir() else path.parent
    files = list(surveying.files(path)) if path.is_dir() else [path.name]
    tally = _Tally()
    found = surveying.survey(root, files, ZoneInfo(site.timezone), tally.refuse)
    with db.read() as tx:
        planned = surveying.plan(tx, found, now)
    addresses = {p.article.file: path_of(p.article.kind, p.slug) for p in planned}
    job = _Import(
        db=db,
        root=root,
        site=site,
        now=now,
        dry_run=dry_run,
        announce=announce,
        workshop=Workshop(
            Source(root, addresses), None if dry_run else media_folder, render, site.language
        ),
        named=frozenset(
            redirects.normalised(address) for a in found for address in a.old_addresses
        ),
        tally=tally,
    )
    done = len(files) - len(planned)
    with ThreadPoolExecutor(rendering.CHILDREN, "prepare", initializer=_stand_back) as pool:
        try:
            for outcomes in _prepared(pool, job, planned):
                progress(done, len(files))
                job.write(outcomes)
                done += len(outcomes)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    progress(len(files), len(files))
    return Report(
        kind="posts",
        format=FORMAT,
        new=tally.new,
        changed=tally.changed,
        unchanged=tally.unchanged,
        refused=tally.refused,
        problems=tuple(sorted(tally.problems, key=lambda problem: problem.item)),
    )


def _prepared(
    pool: Executor, job: "_Import", planned: Sequence[Planned]
) -> Iterator[list[_Outcome]]:
    """Batch after batch; while one is written, the next is being prepared."""
    ahead: list[Future[_Outcome]] = []
    for start in range(0, len(planned), BATCH):
        begun = [pool.submit(job.prepare, p) for p in planned[start : start + BATCH]]
        if ahead:
            yield [future.result() for future in ahead]
        ahead = begun
    if ahead:
        yield [future.result() for future in ahead]


def _stand_back() -> None:
    """Let others go first: this thread and the processes that it starts are in no hurry.

    The thread that writes is: sign-ups wait for it.
    """
    with suppress(OSError):  # elsewhere than on Linux a thread has no priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def _in_turns(
    waiting: Sequence[tuple[_Outcome, Prepared]],
) -> Iterator[list[tuple[_Outcome, Prepared]]]:
    """What is written at once: not so much that a sign-up would wait for it."""
    turn: list[tuple[_Outcome, Prepared]] = []
    size = 0
    for one in waiting:
        length = len(one[1].rendered.plain_text)
        if turn and size + length > HEAVY:
            yield turn
            turn, size = [], 0
        turn.append(one)
        size += length
    if turn:
        yield turn


def _refuse_a_namesake(article: Article, origin: Origin) -> None:
    """A file of another folder may have the name of one that came in before."""
    other_day = article.date is not None and article.date != origin.published_at
    if other_day and article.title != origin.title:
        raise Refused(
            N_(
                "Title and date are others than those of “%(title)s”, which came in from a file "
                "of this name. Rename the file, or delete that article first."
            ),
            title=origin.title,
        )


@dataclass(frozen=True, slots=True)
class _Import:
    """One run: prepares files (in threads) and writes batches of them."""

    db: Database
    root: Path
    site: Site
    now: datetime
    dry_run: bool
    announce: bool
    workshop: Workshop
    named: frozenset[str]
    tally: _Tally

    def prepare(self, planned: Planned) -> _Outcome:
        """Read the file again, whole this time, and make it ready unless nothing changed."""
        origin = planned.origin
        if origin is not None and origin.status == "deleted":
            return _Outcome(planned)
        try:
            article, data = surveying.read(
                self.root, planned.article.file, ZoneInfo(self.site.timezone)
            )
            fingerprint = self.workshop.fingerprint(article, data)
            if not self._to_be_published(article):
                fingerprint = _DRAFT + fingerprint
            if origin is not None and origin.source_hash == fingerprint:
                return _Outcome(planned)
            if origin is not None:
                _refuse_a_namesake(article, origin)
            prepared = self.workshop.prepare(
                article, planned.slug, newsletter=self._newsletter(article, origin)
            )
        except Refused as error:
            return _Outcome(planned, refused=str(error))
        except OSError as error:
            return _Outcome(planned, refused=error.strerror or str(error))
        return _Outcome(replace(planned, article=article), fingerprint, prepared)

    def write(self, outcomes: Sequence[_Outcome]) -> None:
        """A batch in one transaction, a heavy one in several; in a dry run it is only counted."""
        waiting: list[tuple[_Outcome, Prepared]] = []
        for outcome in outcomes:
            if outcome.refused:
                self.tally.refuse(outcome.planned.article.file, outcome.refused)
            elif outcome.prepared is None:
                self.tally.unchanged += 1
            else:
                waiting.append((outcome, outcome.prepared))
        if not waiting:
            return
        if self.dry_run:
            for outcome, prepared in waiting:
                self._count(outcome, prepared, [])
            return
        for some in _in_turns(waiting):
            with self.db.write() as tx:
                for outcome, prepared in some:
                    try:
                        with tx.savepoint():
                            clashes = self._write_one(tx, outcome, prepared)
                    except Refused as error:
                        self.tally.refuse(outcome.planned.article.file, str(error))
                    else:
                        self._count(outcome, prepared, clashes)

    def _write_one(self, tx: Transaction, outcome: _Outcome, prepared: Prepared) -> list[str]:
        """The article with its pictures and old addresses; the old ones that others have."""
        planned, article = outcome.planned, outcome.planned.article
        for picture in prepared.pictures:
            media.record(tx, picture, self.now)
        draft = replace(
            prepared.draft, source=surveying.SOURCE + article.file, source_hash=outcome.fingerprint
        )
        publish = self._to_be_published(article)
        if planned.origin is None:
            if store.taken(tx, draft.kind, draft.slug):
                raise Conflict(
                    N_("Another article took the address “%(slug)s” meanwhile; import again."),
                    slug=draft.slug,
                )
            post = writing.create(
                tx, draft, prepared.rendered, site=self.site, now=self.now, publish=publish
            )
        else:
            post = writing.update(
                tx, planned.origin.id, draft, prepared.rendered, site=self.site, now=self.now
            )
            # Only a file that was a draft publishes now: what its owner took back stays back.
            if publish and (planned.origin.source_hash or "").startswith(_DRAFT):
                publishing.publish(tx, post.id, self.now)
        clashes = [a for a in article.old_addresses if not redirects.add(tx, a, post.id, self.now)]
        for address in article.guessed_addresses:
            if redirects.normalised(address) not in self.named:
                redirects.add(tx, address, post.id, self.now)
        return clashes

    def _count(self, outcome: _Outcome, prepared: Prepared, clashes: Sequence[str]) -> None:
        article = outcome.planned.article
        if outcome.planned.origin is None:
            self.tally.new += 1
        else:
            self.tally.changed += 1
        reasons = [
            *prepared.problems,
            *(
                f"The old address {address} leads to another article already."
                for address in clashes
            ),
        ]
        if not article.draft and not self._to_be_published(article):
            reasons.append("Its date is in the future: it came in as a draft.")
        self.tally.problems += [Problem(article.file, reason) for reason in reasons]

    def _to_be_published(self, article: Article) -> bool:
        return not article.draft and (article.date is None or article.date <= self.now)

    def _newsletter(self, article: Article, origin: Origin | None) -> Newsletter:
        if origin is not None:
            return origin.newsletter
        if not self.announce or article.kind == "page":
            return "none"
        return article.newsletter or "digest"
