"""hub newsletter intro: what stands above the articles of the next edition."""

import sys
from pathlib import Path

import click

from hub.cli.context import CommandContext, pass_hub, progress
from hub.content.rendering import render
from hub.errors import Refused
from hub.i18n import LANGUAGES
from hub.newsletter import intros

_STREAM = click.Choice(["weekly", "monthly", "each"])


@click.command("intro")
@click.argument("file", metavar="[FILE.md]", required=False)
@click.option("--stream", type=_STREAM, default="weekly", show_default=True, help="Which one.")
@click.option("--subject", default="", help="Its subject.  [default: made of the titles]")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="[default: the site's]")
@click.option("--clear", is_flag=True, help="Take away what waits.")
@pass_hub
def command(
    context: CommandContext,
    file: str | None,
    stream: str,
    subject: str,
    language: str | None,
    clear: bool,
) -> None:
    """Write the intro of the next edition (- reads it from stdin); without a file, print it.

    The edition that is made next takes it, and no other has it.
    """
    if clear and (file or subject):
        raise click.UsageError("--clear cannot be given with a text.")
    with context.ready() as (hub, site):
        if not (file or subject or clear):
            with hub.db.read() as tx:
                waits = intros.coming(tx, stream)
            if waits is not None:
                progress(f"Subject: {waits.subject or 'made of the titles'}")
                click.echo(waits.markdown)
            return
        markdown = _read(file) if file else ""
        rendered = render(markdown, language=language or site.language)
        for picture in rendered.missing_images + rendered.remote_images:
            progress(f"not shown, for it is not on this site: {picture}")
        with hub.db.write() as tx:
            old = intros.coming(tx, stream)
            intros.write(
                tx,
                stream,
                subject=subject,
                markdown=markdown,
                language=language or "",
                rendered=rendered,
                seen=old.written_at if old else None,
                now=hub.now(),
            )
    click.echo("Nothing waits any more." if clear else f"Kept for the next {stream} edition.")


def _read(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig").replace("\r\n", "\n").rstrip()
    except OSError as error:
        raise Refused(f"{file}: this file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{file}: this file is not UTF-8 text") from error
