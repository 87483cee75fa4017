"""hub newsletter letter: a letter written by hand, from a Markdown file."""

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hub.audience import segments
from hub.cli import sending
from hub.cli.context import CommandContext, pass_hub, progress, report
from hub.content import media
from hub.content.importers import article as articles
from hub.content.importers import front_matter
from hub.content.importers.fields import Meta
from hub.content.importers.preparing import Prepared, Workshop
from hub.content.importers.references import Source
from hub.content.rendering import render
from hub.db import Transaction
from hub.errors import Refused
from hub.mail import lines
from hub.newsletter import editions, letter_mail, letters, moments
from hub.newsletter.letter_model import Draft, HandLetter
from hub.site.model import Site
from hub.times import to_text
from hub.web.state import Hub

# As Gmail counts it.
_CLIPPED_AT = 102_400


@click.command("letter")
@click.argument("file", metavar="FILE.md", type=click.Path(path_type=Path))
@click.option("--topic", "topics", multiple=True, help="Only readers who chose it (or another).")
@click.option("--segment", "segment_name", default="", help="Only the readers of this segment.")
@click.option("--at", "at", default="", metavar="TIME", help="Such as '2026-11-28 08:00'.")
@click.option("--now", "at_once", is_flag=True, help="At once, before the command returns.")
@click.option("--dry-run", is_flag=True, help="Keep nothing; say whom it would go to.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@pass_hub
def command(
    context: CommandContext,
    file: Path,
    topics: tuple[str, ...],
    segment_name: str,
    at: str,
    at_once: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write a letter to the readers: a draft, unless --at or --now says when it goes out.

    Front matter may say subject (or title), preheader, language, and show_on_site (yes, no).
    Without a subject the first heading is it.
    """
    if topics and segment_name:
        raise click.UsageError("--topic and --segment cannot be given together.")
    if at and at_once:
        raise click.UsageError("--at and --now cannot be given together.")
    with context.ready() as (hub, site):
        now = hub.now()
        send_at = moments.ahead(at, timezone=site.timezone, language="en", now=now) if at else None
        meta, prepared = _prepared(file, site, None if dry_run else hub.settings.media)
        for problem in prepared.problems:
            progress(f"{file}: {problem}")
        with hub.db.write() as tx:
            for picture in () if dry_run else prepared.pictures:
                media.record(tx, picture, now)
            draft = _draft(tx, meta, prepared, topics, segment_name)
            letter = letters.create(tx, draft, prepared.rendered, now=now)
            readers = letters.readers(tx, letter, now)
            _say_size(hub, site, letter, now)
            progress(f"{sending.count(readers, 'reader')}")
            if dry_run:
                _check(letter, readers)
                # Whatever was kept until here is forgotten with the transaction.
                letters.delete(tx, letter.id)
                edition = None
            elif at_once:
                edition = letters.send(tx, sending.press(hub, site), letter.id, now)
                tx.site_changed()
            else:
                edition = None
                if send_at is not None:
                    letter = letters.schedule(tx, letter.id, send_at, now=now)
        if edition is not None:
            sending.queue(hub, edition)
        _report(hub, site, letter, readers, edition.id if edition else None, dry_run, as_json)


def _prepared(file: Path, site: Site, media_folder: Path | None) -> tuple[Meta, Prepared]:
    """The front matter, and the text as an article's would be: with the pictures beside it."""
    if not file.is_file():
        raise Refused(f"{file}: there is no such file")
    try:
        text = file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Refused(f"{file}: this file is not UTF-8 text") from error
    meta, body = front_matter.split(text)
    subject = lines.one_line(str(meta.get("subject") or meta.get("title") or ""))
    headed = f"# {subject}\n\n{body}" if subject else body
    article = articles.parse(file.name, headed.encode(), ZoneInfo(site.timezone))
    workshop = Workshop(Source(file.parent, {}), media_folder, render, site.language)
    language = str(meta.get("language") or "")
    # The heading that was put in front may have hidden one like it.
    title = subject or article.title
    named = replace(article, title=title, language=language)
    return meta, workshop.prepare(named, "", newsletter="none")


def _draft(
    tx: Transaction, meta: Meta, prepared: Prepared, topics: tuple[str, ...], segment_name: str
) -> Draft:
    shown = meta.get("show_on_site", "auto")
    return Draft(
        subject=prepared.draft.title,
        markdown=prepared.draft.markdown.strip("\n"),
        preheader=str(meta.get("preheader") or ""),
        language=str(meta.get("language") or ""),
        audience="topics" if topics else "segment" if segment_name else "all",
        topics=",".join(topics),
        segment_id=segments.by_name(tx, segment_name).id if segment_name else None,
        on_site="yes" if shown is True else "no" if shown is False else str(shown),
    )


def _check(letter: HandLetter, readers: int) -> None:
    if not letter.html.strip():
        raise Refused("This letter has no text yet.")
    if not readers:
        raise Refused("There is nobody to send to: no active reader is among these.")


def _say_size(hub: Hub, site: Site, letter: HandLetter, now: datetime) -> None:
    mail = letter_mail.preview(letter, sending.press(hub, site), language=site.language, now=now)
    progress(f"{mail.size:,} bytes of HTML (mail programs cut at {_CLIPPED_AT:,})")
    for said in mail.said("en"):
        progress(said)


def _report(
    hub: Hub,
    site: Site,
    letter: HandLetter,
    readers: int,
    edition_id: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    with hub.db.read() as tx:
        counts = editions.counts(tx, edition_id) if edition_id is not None else None
    if as_json:
        report(
            {
                "id": None if dry_run else letter.id,
                "subject": letter.subject,
                "status": "sent" if edition_id else letter.status,
                "send_at": to_text(letter.send_at) if letter.send_at else None,
                "readers": readers,
                "on_site": letter.is_public,
                "edition": edition_id,
                "deliveries": asdict(counts) if counts else None,
            }
        )
        return
    if dry_run:
        click.echo(f"“{letter.subject}” would go to {sending.count(readers, 'reader')}.")
    elif counts is not None:
        click.echo(f"Edition {edition_id}: {sending.count(counts.queued, 'mail')} queued.")
    elif letter.send_at is not None:
        click.echo(
            f"Letter {letter.id} goes out on {sending.when(letter.send_at, site)}"
            f" to {sending.count(readers, 'reader')}."
        )
    else:
        click.echo(
            f"Letter {letter.id} is a draft for {sending.count(readers, 'reader')}:"
            f" {site.url(f'/admin/newsletter/letters/{letter.id}/check')}"
        )
