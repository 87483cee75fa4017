"""One's own account: the name, and a new password."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.errors import Refused
from hub.i18n import N_
from hub.users import accounts, login, passwords
from hub.users import sessions as logged_in
from hub.web import client, sessions
from hub.web.state import hub


def account(request: Request) -> Response:
    return _account_page(request, request.state.user.name, Errors(hub(request).site().language))


def rename(request: Request) -> Response:
    parts, name = hub(request), request.state.form.text("name")
    errors = Errors(parts.site().language)
    with errors.caught("name"), parts.db.write() as tx:
        accounts.rename(tx, request.state.user, name)
    return _account_page(request, name, errors) if errors else done("/admin/account", "saved")


def change_password(request: Request) -> Response:
    """With the password of now, a new one; every session ends, and this browser gets a new one."""
    parts, form, user = hub(request), request.state.form, request.state.user
    errors = Errors(parts.site().language)
    with parts.db.write() as tx:
        allowed = login.allow_try(
            tx,
            email=user.email,
            network=client.network(client.address(request)),
            now=parts.now(),
        )
    if not allowed:
        errors.add(login.too_many(), "password_now")
    elif not passwords.verify(user.password_hash, form.secret("password_now")):
        errors.add(Refused(N_("This is not your password.")), "password_now")
    with errors.caught("password_new"):
        passwords.checked(form.secret("password_new"), email=user.email)
    if errors:
        return _account_page(request, user.name, errors)
    password_hash = passwords.hashed(form.secret("password_new"))
    with parts.db.write() as tx:
        accounts.change_password(tx, user, password_hash)
    response = done("/admin/account", "password")
    sessions.begin(request, response, user)
    return response


def _account_page(request: Request, name: str, errors: Errors) -> Response:
    parts = hub(request)
    with parts.db.read() as tx:
        found = logged_in.of(tx, request.state.user, parts.now())
    return desk_page(
        request,
        "admin/account.html",
        section="account",
        status=400 if errors else 200,
        name=name,
        sessions=found,
        here=logged_in.name_of(sessions.token_of(request)),
        errors=errors.by_field,
    )


ROUTES = [
    DeskRoute("/admin/account", account, needs=Needs.EDITOR),
    DeskRoute("/admin/account", rename, needs=Needs.EDITOR, methods=["POST"]),
    DeskRoute("/admin/account/password", change_password, needs=Needs.EDITOR, methods=["POST"]),
]
