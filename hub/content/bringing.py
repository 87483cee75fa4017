"""Articles out of one file that an owner gives: a ZIP of Markdown, or another service's export."""

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hub import archives
from hub.content.importers import exports, folder
from hub.db import Database
from hub.errors import Refused
from hub.i18n import N_
from hub.reports import Report
from hub.site.model import Site

# What stands in the archive of a hub, whose readers and old addresses come along by the command.
_OWN_ARCHIVE = ("suppressions.ndjson", "redirects.ndjson")


def run(
    db: Database,
    file: Path,
    *,
    beside: Path,
    media_folder: Path,
    site: Site,
    now: datetime,
    dry_run: bool,
) -> Report:
    """Bring in the articles of `file`, or say with `dry_run` what would come. Nobody is mailed.

    `beside` is where things are unpacked for the while. Raises Refused for a file that cannot be
    read, or in which there is no article.
    """
    with ExitStack() as opened:
        path = file
        if archives.is_archive(file):
            path = opened.enter_context(archives.unpacked(file, beside=beside))
        if path.is_dir() and all((path / name).is_file() for name in _OWN_ARCHIVE):
            raise Refused(
                N_(
                    "This is the archive of a hub. Whoever runs this one brings it in, with"
                    " `hub import FILE.zip`."
                )
            )
        place = tempfile.TemporaryDirectory(prefix=".export-", dir=beside)
        export = exports.converted(path, Path(opened.enter_context(place)))
        if export is None and not folder.recognises(path):
            raise Refused(
                N_(
                    "No article was found in it. Articles are Markdown files (.md), or what"
                    " Substack, WordPress, Ghost, Medium, beehiiv or Buttondown exports."
                )
            )
        report = folder.run(
            db,
            export.folder if export else path,
            media_folder=media_folder,
            site=site,
            now=now,
            dry_run=dry_run,
        )
    if export is None:
        return report
    return replace(
        report,
        format=export.platform,
        refused=report.refused + len(export.refused),
        problems=(*export.refused, *export.notes, *report.problems),
    )
