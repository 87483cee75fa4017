"""hub settings: what the owner decides, from the command line."""

import click

from hub.audience import consent
from hub.cli.context import CommandContext, pass_hub, report
from hub.errors import Refused
from hub.newsletter import welcoming
from hub.site import options
from hub.site import store as sites
from hub.site.model import Site
from hub.web import themes


@click.group("settings")
def command() -> None:
    """What the owner decides: title, language, newsletter, texts."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document: name → value.")
@pass_hub
def list_settings(context: CommandContext, as_json: bool) -> None:
    """Show every setting with its value and what it is for."""
    with context.open() as hub:
        site = hub.site()
    if as_json:
        report({option.name: getattr(site, option.name) for option in options.OPTIONS})
        return
    for option in options.OPTIONS:
        first_line = _value(site, option.name).partition("\n")[0]
        values = f" One of: {', '.join(option.values)}." if option.values else ""
        click.echo(f"{option.name} = {first_line}\n    {option.help}{values}")


@command.command("get")
@click.argument("name")
@pass_hub
def get(context: CommandContext, name: str) -> None:
    """Print one value."""
    if name not in options.BY_NAME:
        raise Refused("There is no setting called %(name)s.", name=name)
    with context.open() as hub:
        click.echo(_value(hub.site(), name))


@command.command("set")
@click.argument("name")
@click.argument("value")
@pass_hub
def set_value(context: CommandContext, name: str, value: str) -> None:
    """Change one value; servers that run show it within a second."""
    with context.open() as hub:
        if name == "theme" and value not in themes.names(hub.settings.themes):
            raise Refused("theme: there is no theme called %(value)s.", value=value)
        try:
            with hub.db.write() as tx:
                consent.keep_all(tx, hub.now())
                if name == "welcome_posts":
                    before = sites.load(tx).welcome_posts
                    welcoming.refuse_unseen(tx, options.checked(name, value), stored=before)
                stored = sites.change(tx, name, value, now=hub.now())
                consent.keep_all(tx, hub.now())
        except Refused as error:
            if name not in options.BY_NAME:
                raise
            raise Refused("%(name)s: %(reason)s", name=name, reason=str(error)) from error
    click.echo(f"{name} = {stored}")


def _value(site: Site, name: str) -> str:
    return str(getattr(site, name))
