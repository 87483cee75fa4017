"""`hub import`: articles or a list of readers, told apart by what is there."""

import time
from collections.abc import Callable
from pathlib import Path

import click

from hub.audience import importing as people
from hub.cli import context as command_context
from hub.cli.context import CommandContext, pass_hub
from hub.content.importers import folder
from hub.errors import Refused, StorageFull
from hub.reports import Report
from hub.site.model import Site
from hub.web.state import Hub

PEOPLE = "subscribers"


@click.command(name="import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "given_format",
    type=click.Choice([folder.FORMAT, PEOPLE]),
    help="What PATH holds; found out without it.",
)
@click.option("--consent", default="", help="Where the readers agreed; kept in the consent log.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--announce", is_flag=True, help="New articles go into the next digest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_hub
def command(
    context: CommandContext,
    path: Path,
    given_format: str | None,
    consent: str,
    dry_run: bool,
    announce: bool,
    as_json: bool,
) -> None:
    """Bring in articles (a folder of Markdown, or a file) or a list of readers.

    What cannot be read is reported, item by item, and stops nothing else. The same import
    again changes nothing. It mails nobody.
    """
    if not path.exists():
        raise Refused(f"{path}: there is no such file or folder")
    with context.ready() as (hub, site):
        try:
            reports = _run(
                hub, site, path, given_format, consent, dry_run=dry_run, announce=announce
            )
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


def _run(
    hub: Hub,
    site: Site,
    path: Path,
    given_format: str | None,
    consent: str,
    *,
    dry_run: bool,
    announce: bool,
) -> list[Report]:
    """Articles, else readers; nothing when the source is neither."""
    if given_format != PEOPLE and folder.recognises(path):
        return [_articles(hub, site, path, dry_run=dry_run, announce=announce)]
    if given_format == folder.FORMAT:
        return []
    readers = people.run(
        hub.db,
        path,
        consent=consent,
        dry_run=dry_run,
        now=hub.now(),
        progress=command_context.progress,
    )
    return [readers] if readers is not None else []


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
    for problem in report.problems:
        item = problem.item if problem.item.isprintable() else repr(problem.item)
        click.echo(f"{item}: {problem.reason}")
    if report.problems:
        click.echo()
    would = "Nothing was changed. It would be: " if dry_run else ""
    click.echo(
        f"{would}{report.kind} from {report.format}: {report.new} new, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.refused} refused"
    )
