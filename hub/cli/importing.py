"""`hub import`: articles, a list of readers, or both, told apart by what is there."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import click

from hub import archives, journal
from hub.audience import columns, finding, people_file, reading, suppression_file
from hub.audience import importing as people
from hub.audience.finding import ListFile
from hub.audience.verdicts import Sheet
from hub.cli import archive
from hub.cli import context as command_context
from hub.cli.context import CommandContext, pass_hub
from hub.content import shelf
from hub.content.importers import exports, folder
from hub.content.importers.exports import Export
from hub.errors import Refused, StorageFull
from hub.reports import Problem, Report
from hub.site.model import Site
from hub.web.state import Hub

PEOPLE = "subscribers"
_NO_CONSENT = "This list says nothing about consent: say where it came from with --consent TEXT."


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the command line asks for."""

    given_format: str | None
    consent: str
    mapping: Mapping[str, str]
    rows: Path | None
    dry_run: bool
    announce: bool


@click.command(name="import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "given_format",
    type=click.Choice([folder.FORMAT, PEOPLE]),
    help="What PATH holds; found out without it.",
)
@click.option("--consent", default="", help="Where the readers agreed; kept in the consent log.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="USE=COLUMN",
    help="What a column of a list is used for, as in email=Work,name=Who; none=COLUMN leaves "
    "one out. May be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option(
    "--rows",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what becomes of each row of a list to FILE, as CSV.",
)
@click.option("--announce", is_flag=True, help="New articles go into the next digest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_hub
def command(
    context: CommandContext,
    path: Path,
    given_format: str | None,
    consent: str,
    mapping: tuple[str, ...],
    dry_run: bool,
    rows: Path | None,
    announce: bool,
    as_json: bool,
) -> None:
    """Bring in articles, a list of readers, or both: a file, a folder or a ZIP.

    Articles are Markdown, or the export of Substack, WordPress, Ghost, Medium, beehiiv or
    Buttondown; a list is what another service or a spreadsheet wrote, or our own export.
    What cannot be read is reported, item by item, and stops nothing else. The same import
    again changes nothing. It mails nobody.
    """
    if not path.exists():
        raise Refused(f"{path}: there is no such file or folder")
    wishes = _Wishes(given_format, consent, columns.given(mapping), rows, dry_run, announce)
    with context.ready() as (hub, site):
        try:
            reports = _run(hub, site, path, wishes)
            _note(hub, reports if not dry_run else ())
        except StorageFull as error:
            raise StorageFull(
                "The disk is full. What came in before that is kept: make room, and run the "
                "same import again."
            ) from error
    if not reports:
        raise Refused(
            f"{path}: neither articles nor a list of readers was found there. "
            "Articles are .md files; a list has a column of e-mail addresses."
        )
    if as_json:
        documents = [r.as_document() for r in reports]
        command_context.report(documents[0] if len(documents) == 1 else documents)
        return
    for report in reports:
        _print(report, dry_run=dry_run)


def _run(hub: Hub, site: Site, path: Path, wishes: _Wishes) -> list[Report]:
    """Articles and readers; nothing when the source holds neither."""
    reading.refuse_spreadsheet(path)
    with ExitStack() as opened:
        if archives.is_archive(path):
            path = opened.enter_context(archives.unpacked(path, beside=hub.settings.data))
            if archive.recognises(path):
                return archive.restore(
                    hub, site, path, dry_run=wishes.dry_run, progress=command_context.progress
                )
        if people_file.recognises(path):
            return [people_file.run(hub.db, path, dry_run=wishes.dry_run)]
        if suppression_file.recognises(path):
            return [suppression_file.run(hub.db, path, dry_run=wishes.dry_run)]
        lists = path
        export = None
        if wishes.given_format is None:
            # Written beside the data: it may be larger than the system's place for such things.
            place = tempfile.TemporaryDirectory(prefix=".export-", dir=hub.settings.data)
            export = exports.converted(path, Path(opened.enter_context(place)))
        if export is not None:
            path = export.folder
        articles = export is not None
        if wishes.given_format != PEOPLE and folder.recognises(path):
            articles = True
        found = _lists(lists, wishes, beside_articles=articles)
        reports = []
        if articles:
            report = _articles(hub, site, path, dry_run=wishes.dry_run, announce=wishes.announce)
            reports.append(_of_export(report, export) if export else report)
        if found:
            reports.append(
                _readers(hub, site, found, wishes, beside_articles=articles or export is not None)
            )
        return reports


def _note(hub: Hub, reports: Sequence[Report]) -> None:
    with hub.db.write() as tx:
        for one in reports:
            journal.note(tx, "list", f"{one.kind} imported", subject=one.format, number=one.new)


def _of_export(report: Report, export: Export) -> Report:
    """The report on the Markdown that a platform's export was written to, as the owner knows it."""
    return replace(
        report,
        format=export.platform,
        refused=report.refused + len(export.refused),
        problems=(*export.refused, *export.notes, *report.problems),
    )


def _lists(path: Path, wishes: _Wishes, *, beside_articles: bool) -> Sequence[ListFile]:
    if wishes.given_format == folder.FORMAT:
        return []
    if not beside_articles:
        return people.find(path, wishes.mapping)
    return finding.certain_among(path) if path.is_dir() else []


def _readers(
    hub: Hub, site: Site, lists: Sequence[ListFile], wishes: _Wishes, *, beside_articles: bool
) -> Report:
    with hub.db.read() as tx:
        topics = frozenset((*shelf.topic_slugs(tx), *site.topics_offered))
    facts = people.Facts(wishes.consent, site.language, hub.now(), topics)
    foreign = any(file.mapped is not None for file in lists)
    if beside_articles and foreign and not wishes.consent.strip():
        # The articles are in; their list waits for its owner's word.
        rows = sum(file.source.count() for file in lists)
        formats = ", ".join(dict.fromkeys(file.format for file in lists))
        problems = tuple(Problem(file.shown, _NO_CONSENT) for file in lists)
        return Report(PEOPLE, formats, 0, 0, 0, rows, problems)
    with ExitStack() as opened:
        listener: people.Listener = lambda _: None  # noqa: E731
        if wishes.rows is not None:
            # With a mark, so that a spreadsheet knows that it is UTF-8.
            file = opened.enter_context(wishes.rows.open("w", encoding="utf-8-sig", newline=""))
            listener = Sheet(file).add
        return people.run(
            hub.db,
            lists,
            facts,
            dry_run=wishes.dry_run,
            progress=command_context.progress,
            listener=listener,
        )


def _articles(hub: Hub, site: Site, path: Path, *, dry_run: bool, announce: bool) -> Report:
    return folder.run(
        hub.db,
        path,
        media_folder=hub.settings.media,
        site=site,
        now=hub.now(),
        dry_run=dry_run,
        announce=announce,
        progress=_progress(),
    )


def _progress() -> Callable[[int, int], None]:
    """A line every second, and one at the end."""
    said = time.monotonic()

    def say(done: int, total: int) -> None:
        nonlocal said
        if done == total or time.monotonic() - said >= 1:
            said = time.monotonic()
            command_context.progress(f"{done} of {total} files")

    return say


def _print(report: Report, *, dry_run: bool) -> None:
    for warning in report.warnings:
        item = warning.item if warning.item.isprintable() else repr(warning.item)
        click.secho(f"WARNING: {item} is not understood. People who left may be in it!", bold=True)
        click.echo(
            "    Say what it is with --map not_subscribed=COLUMN, subscribed=COLUMN or none=COLUMN."
        )
    for problem in report.problems:
        if problem in report.warnings:
            continue
        item = problem.item if problem.item.isprintable() else repr(problem.item)
        click.echo(f"{item}: {problem.reason}")
    if report.problems:
        click.echo()
    would = "Nothing was changed. It would be: " if dry_run else ""
    click.echo(
        f"{would}{report.kind} from {report.format}: {report.new} new, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.refused} refused"
    )
    if report.gets_mail is not None:
        get = "gets" if report.gets_mail == 1 else "get"
        do_not = "does not" if report.no_mail == 1 else "do not"
        click.echo(f"{report.gets_mail} {get} mail, {report.no_mail} {do_not}.")
