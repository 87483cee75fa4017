"""hub backup: one file that holds everything."""

from pathlib import Path

import click

from hub import backups, journal
from hub.cli.context import CommandContext, pass_hub


@click.command("backup")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write.  [default: backups/hub-<time>.zip in the data folder]",
)
@pass_hub
def command(context: CommandContext, output: Path | None) -> None:
    """Write database, pictures, themes and key into one zip, while the hub runs."""
    with context.open() as hub:
        now = hub.now()
        target = output or hub.settings.backups / backups.file_name(now)
        if output is None:
            target.parent.mkdir(mode=0o700, exist_ok=True)
        backups.write(hub.settings, hub.db, target, now=now)
        with hub.db.write() as tx:
            journal.note(tx, "backups", "made", subject=target.name)
    click.echo(f"{target} ({target.stat().st_size:,} bytes)")
    click.echo("It holds the key of your links and your readers' addresses: keep it safe.")
