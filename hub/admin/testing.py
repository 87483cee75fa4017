"""Test mail from the desk: one message at once, to an address that its owner types."""

from collections.abc import Sequence

import anyio.from_thread
from starlette.requests import Request

from hub import addresses
from hub.errors import Refused
from hub.mail import mailers, relay_words
from hub.mail.model import Envelope, RelayAway, RelayRefuses, Standing
from hub.mail.outbox import OutboxMailer
from hub.mail.signing import SigningMailer
from hub.newsletter import previewing
from hub.newsletter.planning import Press
from hub.web import mailing
from hub.web.state import hub


def press(request: Request) -> Press:
    """What it takes to make a mail."""
    parts = hub(request)
    site = parts.site()
    return Press(site, parts.signer, mailing.renderer(site, parts.settings), parts.settings.media)


def address(request: Request) -> str:
    """The address that was typed; the own one without. Raises Refused."""
    return addresses.checked(typed(request) or request.state.user.email)


def typed(request: Request) -> str:
    found: str = request.state.form.text("address")
    return found


def send(request: Request, envelope: Envelope, press: Press) -> str:
    """Hand it over; the notice that says so. Raises Refused with the reason."""
    parts = hub(request)
    way = mailers.current(parts.db, parts.settings, press.site.base_url)
    mailer = SigningMailer(way, parts.db, lambda _tx: press.site)
    try:
        # Views run in a thread; sending belongs to the event loop.
        anyio.from_thread.run(previewing.send, envelope, mailer)
    except Refused as error:
        raise _in_plain_words(error, way.standings()) from error
    return "tested-outbox" if isinstance(way, OutboxMailer) else "tested"


def _in_plain_words(error: Refused, standings: Sequence[Standing]) -> Refused:
    """What one mail server alone is to blame for says what to look at."""
    if len(standings) == 1 and isinstance(error.__cause__, RelayAway | RelayRefuses):
        told = relay_words.told(standings[0].relay, str(error.__cause__))
        if told is not None:
            return Refused(told.text, host=told.values["host"], port=told.values["port"])
    return error
