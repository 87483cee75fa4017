"""Test mail from the desk: one message at once, to an address that its owner types."""

import anyio.from_thread
from starlette.requests import Request

from hub import addresses
from hub.mail import mailers
from hub.mail.model import Envelope
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
    # Views run in a thread; sending belongs to the event loop.
    anyio.from_thread.run(previewing.send, envelope, mailer)
    return "tested-outbox" if isinstance(way, OutboxMailer) else "tested"
