"""hub theme: begin one of your own, and see what is wrong with it."""

import click

from hub.admin import theme_check
from hub.cli.context import CommandContext, pass_hub, report
from hub.errors import Refused
from hub.web import theme_scaffold, themes

_NEXT = """
Next:
  change css/{name}.css, or write a template in pages/, partials/ or mail/
  see what is wrong with it:  hub --data {data} theme check {name}
  show it on the site:        hub --data {data} settings set theme {name}
A change of a file is on the site within a second. docs/themes.md lists every template,
what it is given, and the classes of the style sheet."""


@click.group("theme")
def command() -> None:
    """The look of the public pages and of mail."""


@command.command()
@click.argument("name")
@pass_hub
def new(context: CommandContext, name: str) -> None:
    """Begin a theme in the data folder; it inherits everything from the default."""
    folder = theme_scaffold.make(name, context.settings().themes)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            click.echo(path)
    click.echo(_NEXT.format(name=name, data=context.data))


@command.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_hub
def check(context: CommandContext, name: str | None, as_json: bool) -> None:
    """Try every template of a theme (the site's, unless named); exit 1 when one fails."""
    with context.open() as hub:
        site = hub.site()
        name = name or site.theme
        if name not in themes.names(hub.settings.themes):
            raise Refused("There is no theme called %(name)s.", name=name)
        faults = theme_check.check(name, hub.settings.themes, site)
    if as_json:
        report([{"file": f.file, "line": f.line, "reason": f.reason % f.values} for f in faults])
    for fault in () if as_json else faults:
        click.echo(theme_check.in_words(fault, "en"))
    if faults:
        raise Refused(
            "The theme %(name)s has %(count)s fault(s); there the default's look is shown instead.",
            name=name,
            count=len(faults),
        )
    if not as_json:
        click.echo(f"Every template of {name} works.")
