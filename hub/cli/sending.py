"""What the commands that send share: making mail, queueing it, saying how many and when."""

from datetime import datetime

from hub import i18n
from hub.cli.context import progress
from hub.newsletter import editions, planning
from hub.newsletter.model import Edition
from hub.newsletter.planning import Press
from hub.site.model import Site
from hub.web.mailing import renderer
from hub.web.state import Hub


def press(hub: Hub, site: Site) -> Press:
    """What it takes to make a mail."""
    return Press(site, hub.signer, renderer(site, hub.settings), hub.settings.media)


def queue(hub: Hub, edition: Edition) -> None:
    """Queue every delivery before the command returns, a short transaction a batch."""
    queued = 0
    while True:
        with hub.db.write() as tx:
            number = planning.queue(tx, edition.id, hub.now())
            current = editions.get(tx, edition.id)
        queued += number
        if current is None or current.status != "planned":
            return
        progress(f"{queued:,} queued")


def when(moment: datetime, site: Site) -> str:
    return i18n.date_and_time(moment, "en", site.timezone)


def count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
