"""hub doctor: is everything ready for mail to leave and arrive?"""

import click

from hub import i18n
from hub.admin import examining
from hub.cli.context import CommandContext, pass_hub, report
from hub.i18n import N_
from hub.mail import dkim, dkim_store, signing
from hub.mail.dns import Dns
from hub.mail.domain_checks import Finding
from hub.web.state import Hub

_MARKS = {"good": "ok", "warning": "look", "bad": "BAD", "unknown": "?"}


@click.command("doctor")
@click.option("--make-dkim", is_flag=True, help="Make the key that signs mail, once.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--dns", "server", metavar="ADDRESS[:PORT]", help="The resolver to ask.")
@pass_hub
def command(context: CommandContext, make_dkim: bool, as_json: bool, server: str | None) -> None:
    """Look at the relay, the DNS and the texts, and say what to change."""
    with context.ready() as (hub, site):
        if make_dkim:
            _make_dkim(hub)
            return
        address, _, port = (server or "").partition(":")
        dns = Dns([address], int(port or 53)) if address else hub.dns
        findings = examining.examine(hub, dns)
    language = site.language
    if as_json:
        report([_document(finding, language) for finding in findings])
        return
    advice = i18n.translate(language, N_("put this into the DNS:"))
    for finding in findings:
        name = i18n.translate(language, finding.name)
        click.echo(f"{_MARKS[finding.level]:>4}  {name}: {_text(finding, language)}")
        if finding.paste:
            click.echo(f"      {advice} {finding.paste}")


def _make_dkim(hub: Hub) -> None:
    with hub.db.write() as tx:
        pem = dkim_store.make_key(tx)
    name = signing.identity(hub.site()).name
    click.echo(f"{name}. TXT {dkim.record(pem)}")
    click.echo(
        "Put this line into the DNS of your domain, wait until `hub doctor` finds it, then "
        "switch signing on: hub settings set dkim on",
        err=True,
    )


def _document(finding: Finding, language: str) -> dict[str, str]:
    return {
        "name": finding.name,
        "level": finding.level,
        "text": _text(finding, language),
        "paste": finding.paste,
    }


def _text(finding: Finding, language: str) -> str:
    return i18n.translate(language, finding.text, **finding.values)
