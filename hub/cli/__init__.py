"""The `hub` command. One module a group; each is imported when it is called, so that
`hub --help` and `hub serve` start fast."""

import importlib
import sys
from pathlib import Path

import click

from hub import __version__
from hub.cli.context import CommandContext
from hub.errors import HubError

# Command → the module of hub/cli that defines it, as an attribute `command`.
COMMANDS = {
    "serve": "serve",
    "worker": "worker",
    "setup": "setup",
    "import": "importing",
    "export": "exporting",
    "restore": "restore",
    "backup": "backup",
    "migrate-to": "migrate_to",
    "posts": "posts",
    "subscribers": "subscribers",
    "newsletter": "newsletter",
    "settings": "settings",
    "users": "users",
    "theme": "theme",
    "doctor": "doctor",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(f"hub.cli.{module}").command
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="HUB_DATA",
    default=Path("data"),
    help="The data folder.  [default: ./data]",
)
@click.version_option(__version__, prog_name="hub")
@click.pass_context
def cli(ctx: click.Context, data: Path) -> None:
    """Articles, feeds and a newsletter that belong to you."""
    ctx.obj = CommandContext(data)


def main() -> None:
    """Run the command line: exit 0 done, 1 refused with one line on stderr, 2 wrong usage."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
        sys.exit(1)
    except HubError as error:
        print(f"hub: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        print(f"hub: {name}{error.strerror or error}", file=sys.stderr)
        sys.exit(1)
