"""Users: who may come to the desk, as what, and where they are logged in."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.confirming import ask
from hub.admin.forms import Errors, Messages
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.users import accounts, inviting, sessions, store
from hub.users.model import ROLES, Role, User
from hub.web import sessions as cookies
from hub.web.pages import message
from hub.web.state import hub

_HOME = "/admin/users"
_ONE = f"{_HOME}/{{id:int}}"
ROLE_LABELS = {
    "owner": N_("Owner: everything, with readers, newsletter and settings"),
    "editor": N_("Editor: articles, pages and pictures"),
}


def users(request: Request) -> Response:
    with hub(request).db.read() as tx:
        everybody = store.everybody(tx)
    return desk_page(request, "admin/users.html", section="settings", people=everybody)


def new(request: Request) -> Response:
    errors = Errors(hub(request).site().language)
    return _new_page(request, Messages(role="editor", mailed="on"), errors)


def invite(request: Request) -> Response:
    """Make the account and show its link, once."""
    parts, form = hub(request), request.state.form
    site = parts.site()
    typed = Messages({name: form.text(name) for name in ("email", "name", "role", "mailed")})
    errors = Errors(site.language, main="email")
    with errors.caught(), parts.db.write() as tx:
        user, token = inviting.invite(
            tx,
            email=typed["email"],
            name=typed["name"],
            role=_role(typed["role"]),
            mailed=form.flag("mailed"),
            language=site.language,
            signer=parts.signer,
            now=parts.now(),
        )
    return _new_page(request, typed, errors) if errors else _link_page(request, user, token)


def user(request: Request) -> Response:
    """One account."""
    return _user_page(request, Errors(hub(request).site().language))


def change_role(request: Request) -> Response:
    """Raised or lowered; they log in again. Whoever lowers themselves is out of here."""
    parts = hub(request)
    errors = Errors(parts.site().language)
    with errors.caught("role"), parts.db.write() as tx:
        found = _found(tx, request)
        accounts.change_role(tx, found, request.state.form.text("role"))
    return _user_page(request, errors) if errors else done(f"{_HOME}/{found.id}", "saved")


def make_link(request: Request) -> Response:
    """A new link to choose a password, shown once."""
    parts = hub(request)
    with parts.db.write() as tx:
        found = _found(tx, request)
        token = inviting.link(
            tx,
            found,
            mailed=request.state.form.flag("mailed"),
            language=parts.site().language,
            signer=parts.signer,
            now=parts.now(),
        )
    return _link_page(request, found, token)


def end_session(request: Request) -> Response:
    with hub(request).db.write() as tx:
        found = _found(tx, request)
        sessions.end_named(tx, found, request.path_params["name"])
    return done(f"{_HOME}/{found.id}", "logged-out")


def end_sessions(request: Request) -> Response:
    with hub(request).db.write() as tx:
        found = _found(tx, request)
        sessions.end_all(tx, found)
    return done(f"{_HOME}/{found.id}", "logged-out")


def ask_remove(request: Request) -> Response:
    with hub(request).db.read() as tx:
        found = _found(tx, request)
    return ask(
        request,
        section="settings",
        title=N_("Remove the account of %(name)s?"),
        text=N_(
            "They are logged out and cannot come back. What they wrote stays; what they typed and"
            " never saved is thrown away."
        ),
        button=N_("Remove this account"),
        back=f"{_HOME}/{found.id}",
        values={"name": found.name or found.email},
    )


def remove(request: Request) -> Response:
    parts = hub(request)
    errors = Errors(parts.site().language)
    with errors.caught("role"), parts.db.write() as tx:
        found = _found(tx, request)
        accounts.remove(tx, found)
    return _user_page(request, errors) if errors else done(_HOME, "user-removed")


def end_own_session(request: Request) -> Response:
    with hub(request).db.write() as tx:
        sessions.end_named(tx, request.state.user, request.path_params["name"])
    return done("/admin/account", "logged-out")


def end_own_elsewhere(request: Request) -> Response:
    """Log out everywhere but in this browser."""
    with hub(request).db.write() as tx:
        sessions.end_all(tx, request.state.user, but=cookies.token_of(request))
    return done("/admin/account", "logged-out")


def _new_page(request: Request, typed: Messages, errors: Errors) -> Response:
    return desk_page(
        request,
        "admin/user_new.html",
        section="settings",
        status=400 if errors else 200,
        typed=typed,
        errors=errors.by_field,
        roles=_roles(request),
    )


def _user_page(request: Request, errors: Errors) -> Response:
    parts = hub(request)
    with parts.db.read() as tx:
        found = _found(tx, request)
        logged_in = sessions.of(tx, found, parts.now())
    return desk_page(
        request,
        "admin/user.html",
        section="settings",
        status=400 if errors else 200,
        person=found,
        sessions=logged_in,
        here=sessions.name_of(cookies.token_of(request)),
        errors=errors.by_field,
        roles=_roles(request),
    )


def _link_page(request: Request, user: User, token: str) -> Response:
    site = hub(request).site()
    return desk_page(
        request,
        "admin/user_link.html",
        section="settings",
        person=user,
        link=site.url(f"/admin/password/{token}"),
        mailed=request.state.form.flag("mailed"),
    )


def _roles(request: Request) -> list[tuple[str, str]]:
    return [(role, message(request, label)) for role, label in ROLE_LABELS.items()]


def _role(typed: str) -> Role:
    for role in ROLES:
        if role == typed:
            return role
    raise Refused(N_("A role is owner or editor."), field="role")


def _found(tx: Transaction, request: Request) -> User:
    found = store.by_id(tx, request.path_params["id"])
    if found is None:
        raise NotFound(N_("This account is no more."))
    return found


_SESSIONS = "/sessions/{name:str}/end"
ROUTES = [
    DeskRoute(_HOME, users, needs=Needs.OWNER),
    DeskRoute(f"{_HOME}/new", new, needs=Needs.OWNER),
    DeskRoute(f"{_HOME}/new", invite, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(_ONE, user, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/role", change_role, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/link", make_link, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/sessions/end", end_sessions, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}{_SESSIONS}", end_session, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/remove", ask_remove, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/remove", remove, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(
        "/admin/account/sessions/end", end_own_elsewhere, needs=Needs.EDITOR, methods=["POST"]
    ),
    DeskRoute(f"/admin/account{_SESSIONS}", end_own_session, needs=Needs.EDITOR, methods=["POST"]),
]
