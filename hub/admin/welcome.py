"""The welcome as a new reader gets it: to look at in each language, and as a test mail."""

from dataclasses import replace

import anyio.from_thread
from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin.mail_view import html_part, message_page
from hub.admin.pages import done
from hub.admin.policy import DeskRoute, Needs
from hub.audience.model import NOBODY
from hub.errors import NotFound
from hub.i18n import N_
from hub.mail import headers, mailers
from hub.mail import message as letters
from hub.mail.model import Envelope, Letter
from hub.mail.reading import Message
from hub.mail.signing import SigningMailer
from hub.newsletter import previewing, welcoming
from hub.newsletter.welcoming import Reader
from hub.web import mailing
from hub.web.pages import message
from hub.web.state import hub


def preview(request: Request) -> Response:
    """The mail as things stand, its personal links leading nowhere."""
    language = _language(request)
    path = f"/admin/settings/welcome/{language}"
    return message_page(
        request,
        _message(request),
        section="settings",
        back="/admin/settings#group-welcome",
        title=message(request, N_("Preview")),
        frame=f"{path}/html",
        test=f"{path}/test",
    )


def preview_html(request: Request) -> Response:
    return html_part(request, _message(request))


def send_test(request: Request) -> Response:
    """The same, at once, to whoever asks."""
    parts, language, now = hub(request), _language(request), hub(request).now()
    site, address = parts.site(), request.state.user.email
    letter = _letter(request)
    marked = replace(letter, subject=i18n.translate(language, N_("[Test] ")) + letter.subject)
    content = letters.written(
        marked,
        site=site,
        recipient=address,
        number=int(now.timestamp() * 1000),
        key=parts.signer.derive("test message id"),
        created_at=now,
    )
    envelope = Envelope(
        "test",
        headers.ascii_domain_of(site.from_email),
        headers.ascii_domain_of(address),
        content,
    )
    way = mailers.current(parts.db, parts.settings, site.base_url)
    mailer = SigningMailer(way, parts.db, lambda _tx: site)
    # Views run in a thread; sending belongs to the event loop.
    anyio.from_thread.run(previewing.send, envelope, mailer)
    return done(f"/admin/settings/welcome/{language}", "tested")


def _letter(request: Request) -> Letter:
    parts = hub(request)
    site = parts.site()
    reader = Reader(NOBODY, "", "weekly", _language(request))
    with parts.db.read() as tx:
        found = welcoming.gather(tx, site, reader, parts.now())
    return welcoming.letter(
        found,
        reader,
        site=site,
        signer=parts.signer,
        render=mailing.renderer(site, parts.settings),
    )


def _message(request: Request) -> Message:
    letter = _letter(request)
    return Message(letter.subject, (), letter.text, letter.html)


def _language(request: Request) -> str:
    language: str = request.path_params["language"]
    if language not in i18n.LANGUAGES:
        raise NotFound(N_("There is no such page."))
    return language


_ONE = "/admin/settings/welcome/{language}"
ROUTES = [
    DeskRoute(_ONE, preview, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/html", preview_html, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/test", send_test, needs=Needs.OWNER, methods=["POST"]),
]
