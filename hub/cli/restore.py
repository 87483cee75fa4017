"""hub restore: a hub as it was when its backup was made."""

import shutil
from pathlib import Path

import click

from hub import backups
from hub.cli.context import CommandContext, pass_hub, progress
from hub.errors import HubError


@click.command("restore")
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_hub
def command(context: CommandContext, archive: Path) -> None:
    """Bring back a backup, into a data folder that holds no hub yet."""
    folder = context.data
    before = {path.name for path in folder.iterdir()} if folder.is_dir() else None
    settings = context.settings()
    try:
        backups.restore(archive, settings)
    except HubError:
        _as_before(folder, before)
        raise
    click.echo(f"Restored to {settings.data}")
    if context.settings().secret_key != (settings.data / "secret.key").read_bytes().strip():
        progress(
            "Warning: HUB_SECRET_KEY is set to another key than the backup's: links in mail that "
            "was sent before will not work. Unset it to use the one in secret.key."
        )


def _as_before(folder: Path, before: set[str] | None) -> None:
    """What came into a folder for a hub that there is not: its key, and the folder itself."""
    if before is None:
        shutil.rmtree(folder, ignore_errors=True)
    elif "secret.key" not in before:
        (folder / "secret.key").unlink(missing_ok=True)
