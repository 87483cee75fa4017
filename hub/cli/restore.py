"""hub restore: a hub as it was when its backup was made."""

from pathlib import Path

import click

from hub import backups
from hub.cli.context import CommandContext, pass_hub, progress


@click.command("restore")
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_hub
def command(context: CommandContext, archive: Path) -> None:
    """Bring back a backup, into a data folder that holds no hub yet."""
    settings = context.settings()
    backups.restore(archive, settings)
    click.echo(f"Restored to {settings.data}")
    if context.settings().secret_key != (settings.data / "secret.key").read_bytes().strip():
        progress(
            "Warning: HUB_SECRET_KEY is set to another key than the backup's: links in mail that "
            "was sent before will not work. Unset it to use the one in secret.key."
        )
