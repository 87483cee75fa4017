"""Invitations at the desk: made, printed as QR codes, taken back, and what came of each."""

import io
import secrets
from dataclasses import asdict

import segno
from starlette.requests import Request
from starlette.responses import Response

from hub.admin.confirming import ask
from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.audience import invitations
from hub.audience.invitations import Typed
from hub.i18n import N_
from hub.web.state import hub

_PATH = "/admin/subscribers/invitations"
# Five bits each, without letters that are taken for others.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 12
# A printed code is read from further away the larger its squares are: 24 dots each are enough
# for a poster of 20 cm at 150 dpi.
_DOTS = 24
_QUIET = 4  # squares around it, ISO/IEC 18004 §6.3.8


def new_code() -> str:
    """The code of a personal invitation: 59 bits that nobody guesses."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def overview(request: Request) -> Response:
    """Every invitation, and how many asked, confirmed and are still here."""
    parts = hub(request)
    with parts.db.read() as tx:
        listed = invitations.listed(tx)
        crossed = invitations.crossed(tx, [one.code for one in listed])
    now = parts.now()
    return desk_page(
        request,
        "admin/invitations.html",
        section="subscribers",
        listed=[(one, invitations.state(one, now), crossed[one.code]) for one in listed],
        mode=parts.site().signup_mode,
    )


def new(request: Request) -> Response:
    kind = "personal" if request.query_params.get("kind") == "personal" else "place"
    typed = Typed(kind=kind, most="1" if kind == "personal" else "")
    return _form(request, typed, Errors(hub(request).site().language, main="name"))


def make(request: Request) -> Response:
    parts, form = hub(request), request.state.form
    site = parts.site()
    texts = {name: form.text(name) for name in asdict(Typed()) if name != "skips_approval"}
    typed = Typed(**texts, skips_approval=form.flag("skips_approval"))
    errors = Errors(site.language, main="name")
    now = parts.now()
    with errors.caught(), parts.db.write() as tx:
        wanted = invitations.checked(typed, timezone=site.timezone, now=now)
        made = invitations.make(tx, wanted, new_code=new_code, now=now)
        return done(f"{_PATH}/{made.id}", "invited")
    return _form(request, typed, errors)


def show(request: Request) -> Response:
    """One invitation: its address, its QR code, what came of it."""
    parts = hub(request)
    with parts.db.read() as tx:
        found = invitations.get(tx, request.path_params["id"])
        crossed = invitations.crossed(tx, [found.code])[found.code]
    return desk_page(
        request,
        "admin/invitation.html",
        section="subscribers",
        invitation=found,
        state=invitations.state(found, parts.now()),
        crossed=crossed,
        url=parts.site().url(found.path),
    )


def qr_svg(request: Request) -> Response:
    """The QR code as SVG, black on white whatever the screen's colours: scanners need that."""
    return _qr(request, "svg", "image/svg+xml")


def qr_png(request: Request) -> Response:
    """The QR code as PNG, large enough to print."""
    return _qr(request, "png", "image/png")


def _qr(request: Request, kind: str, media_type: str) -> Response:
    parts = hub(request)
    with parts.db.read() as tx:
        found = invitations.get(tx, request.path_params["id"])
    code = segno.make_qr(parts.site().url(found.path), error="m")
    written = io.BytesIO()
    if kind == "svg":
        code.save(written, kind="svg", border=_QUIET, light="#fff", omitsize=True, title=found.code)
    else:
        code.save(written, kind="png", border=_QUIET, scale=_DOTS)
    headers = {}
    if "save" in request.query_params:
        headers["content-disposition"] = f'attachment; filename="invite-{found.code}.{kind}"'
    return Response(written.getvalue(), media_type=media_type, headers=headers)


def ask_revoke(request: Request) -> Response:
    with hub(request).db.read() as tx:
        found = invitations.get(tx, request.path_params["id"])
    return ask(
        request,
        section="subscribers",
        title=N_("Take back the invitation “%(name)s”?"),
        text=N_(
            "Nobody comes by it any more, and its code is not given out again. Who came by it"
            " stays."
        ),
        button=N_("Take it back"),
        back=f"{_PATH}/{found.id}",
        values={"name": found.name},
    )


def revoke(request: Request) -> Response:
    parts = hub(request)
    with parts.db.write() as tx:
        found = invitations.revoke(tx, request.path_params["id"], now=parts.now())
    return done(f"{_PATH}/{found.id}", "revoked")


def _form(request: Request, typed: Typed, errors: Errors) -> Response:
    return desk_page(
        request,
        "admin/invitation_new.html",
        section="subscribers",
        status=400 if errors else 200,
        typed=typed,
        errors=errors.by_field,
        mode=hub(request).site().signup_mode,
        start=hub(request).site().url("/invite/"),
    )


_ONE = f"{_PATH}/{{id:int}}"
ROUTES = [
    DeskRoute(_PATH, overview, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/new", new, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/new", make, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(_ONE, show, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/qr.svg", qr_svg, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/qr.png", qr_png, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/revoke", ask_revoke, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/revoke", revoke, needs=Needs.OWNER, methods=["POST"]),
]
