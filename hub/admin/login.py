"""Logging in and out, and the way back in for whoever forgot the password."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub import journal
from hub.admin.forms import Errors
from hub.admin.pages import bare_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.errors import Refused
from hub.i18n import N_
from hub.users import accounts, login, one_time_links, passwords, store
from hub.users.model import User
from hub.web import client, sessions
from hub.web.forms import Form
from hub.web.pages import message
from hub.web.state import hub


def login_form(request: Request) -> Response:
    """The log-in page; who is logged in already goes on."""
    if request.state.user is not None:
        return RedirectResponse(_next(request.query_params.get("next", "")), status_code=303)
    return _login_page(request, Form({"next": [request.query_params.get("next", "")]}))


def log_in(request: Request) -> Response:
    """Check address and password; an unknown address takes as long and gets the same answer."""
    parts, form = hub(request), request.state.form
    with parts.db.write() as tx:
        allowed = login.allow_try(
            tx, email=form.text("email"), network=_network(request), now=parts.now()
        )
    if not allowed:
        error = login.too_many()
        return _login_page(request, form, message(request, error.message), error.status)
    with parts.db.read() as tx:
        user = accounts.find(tx, form.text("email"))
    if not passwords.verify(user.password_hash if user else None, form.secret("password")):
        wrong = message(request, N_("The address or the password is wrong."))
        return _login_page(request, form, wrong, 403)
    assert user is not None
    response = RedirectResponse(_next(form.text("next")), status_code=303)
    sessions.begin(request, response, user)
    return response


def log_out(request: Request) -> Response:
    """End this session; with `everywhere`, those of the account's other browsers too."""
    response = RedirectResponse("/admin/login", status_code=303)
    user = request.state.user
    if user is not None and request.state.form.flag("everywhere"):
        with hub(request).db.write() as tx:
            accounts.end_everything(tx, user.id)
    sessions.end(request, response)
    return response


def forgotten_form(request: Request) -> Response:
    return bare_page(request, "admin/forgotten.html", sent=False)


def send_password_link(request: Request) -> Response:
    """Mail a link to choose a new password. The answer tells nobody who has an account."""
    parts = hub(request)
    with parts.db.write() as tx:
        login.ask_for_password(
            tx,
            email=request.state.form.text("email"),
            network=_network(request),
            language=parts.site().language,
            signer=parts.signer,
            now=parts.now(),
        )
    return bare_page(request, "admin/forgotten.html", sent=True)


def new_password_form(request: Request) -> Response:
    """Choose a password: the page behind a one-time link."""
    return _password_page(request, _account_of_link(request), Errors(hub(request).site().language))


def choose_password(request: Request) -> Response:
    """Take the new password, end every session and every link of the account, log in."""
    parts, password = hub(request), request.state.form.secret("password")
    user = _account_of_link(request)
    errors = Errors(parts.site().language)
    with errors.caught("password"):
        passwords.checked(password, email=user.email)
    if errors:
        return _password_page(request, user, errors)
    password_hash = passwords.hashed(password)
    # Whoever holds the link acts for the account: nobody is logged in yet.
    actor = journal.user(user.id, user.name or user.email, parts.now())
    with journal.acting(actor), parts.db.write() as tx:
        one_time_links.use(tx, "password", request.path_params["token"], parts.now())
        accounts.change_password(tx, user, password_hash)
    response = done("/admin", "password" if user.password_hash else "first-password")
    sessions.begin(request, response, user)
    return response


def _account_of_link(request: Request) -> User:
    """Whose link this is. Raises NotAllowed when it works no more."""
    parts = hub(request)
    with parts.db.read() as tx:
        link = one_time_links.look(tx, "password", request.path_params["token"], parts.now())
        user = store.by_id(tx, link.subject_id or 0)
    if user is None:
        raise Refused(N_("This account is no more."))
    return user


def _password_page(request: Request, user: User, errors: Errors) -> Response:
    return bare_page(
        request,
        "admin/new_password.html",
        status=400 if errors else 200,
        email=user.email,
        error=errors.by_field["password"],
    )


def _login_page(request: Request, form: Form, error: str = "", status: int = 200) -> Response:
    site = hub(request).site()
    return bare_page(
        request,
        "admin/login.html",
        status=status,
        email=form.text("email"),
        next=form.text("next"),
        error=error,
        # A cookie for https does not reach a page that was opened by another address.
        elsewhere=not site.base_url.endswith(f"//{client.opened(request).netloc}"),
    )


def _next(path: str) -> str:
    """Where to go after logging in: an address of the desk, never another site."""
    inside = path == "/admin" or path.startswith(("/admin/", "/admin?"))
    return path if inside and path.isprintable() and "\\" not in path else "/admin"


def _network(request: Request) -> str:
    return client.network(client.address(request))


ROUTES = [
    DeskRoute("/admin/login", login_form, needs=Needs.NOTHING),
    DeskRoute("/admin/login", log_in, needs=Needs.NOTHING, methods=["POST"]),
    DeskRoute("/admin/logout", log_out, needs=Needs.NOTHING, methods=["POST"]),
    DeskRoute("/admin/password", forgotten_form, needs=Needs.NOTHING),
    DeskRoute("/admin/password", send_password_link, needs=Needs.NOTHING, methods=["POST"]),
    DeskRoute("/admin/password/{token}", new_password_form, needs=Needs.NOTHING),
    DeskRoute("/admin/password/{token}", choose_password, needs=Needs.NOTHING, methods=["POST"]),
]
