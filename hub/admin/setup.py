"""Setting up behind the one-time link: the site, then its owner, who is logged in by it.

What is typed is kept after each step, so the link may be opened again, the browser closed and the
way gone back. The link ends with the account; from there on the desk goes on. A form that sends
everything at once is taken too."""

from functools import cache
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin import beginning
from hub.admin.forms import Errors, Messages
from hub.admin.pages import bare_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.i18n import LANGUAGES
from hub.site import first_steps
from hub.users import one_time_links, passwords, setup
from hub.users.setup import Answers
from hub.web import client, sessions
from hub.web.state import hub

_SITE = ("title", "description", "language", "timezone", "base_url")
_ACCOUNT = ("name", "email")


def setup_form(request: Request) -> Response:
    """The first step. Without an open link nobody sees it: 403."""
    values = _known(request)
    return _page(request, values, Errors(_language(request, values)), "site")


def account_form(request: Request) -> Response:
    """The second step."""
    values = _known(request)
    return _page(request, values, Errors(_language(request, values)), "account")


def set_up(request: Request) -> Response:
    """The first step is answered; a form with an account in it answers both."""
    form = request.state.form
    if "email" in form.values or "password" in form.values:
        return _finish(request, _typed(request, _SITE + _ACCOUNT), "all", "/admin")
    values = _typed(request, tuple(name for name in _SITE if name in form.values))
    errors = Errors(_language(request, values))
    errors.extend(e for e in setup.problems(_answers(values)) if e.field in _SITE)
    if errors:
        return _page(request, values, errors, "site")
    return done(f"{_here(request)}/account")


def make_account(request: Request) -> Response:
    """The second step is answered: the hub is made, and its owner logged in."""
    values = _typed(request, _ACCOUNT)
    if request.state.form.text("action") == "back":
        return done(_here(request))
    return _finish(request, values, "account", beginning.after("account"))


def _finish(request: Request, values: Messages, step: str, then: str) -> Response:
    parts, form = hub(request), request.state.form
    answers = _answers(values)
    errors = Errors(_language(request, values))
    errors.extend(setup.problems(answers))
    with errors.caught():
        passwords.checked(form.secret("password"), email=answers.email)
    if errors:
        wrong_site = step == "account" and any(name in errors.by_field for name in _SITE)
        return _page(request, values, errors, "site" if wrong_site else step)
    password_hash = passwords.hashed(form.secret("password"))
    with parts.db.write() as tx:
        one_time_links.use(tx, "setup", request.path_params["token"], parts.now())
        owner = setup.set_up(tx, answers, password_hash=password_hash, now=parts.now())
    response = done(then, "ready" if then == "/admin" else "")
    sessions.begin(request, response, owner)
    return response


def _known(request: Request) -> Messages:
    """What was typed so far, and proposals for the rest. Raises NotAllowed without an open link."""
    parts = hub(request)
    with parts.db.read() as tx:
        one_time_links.look(tx, "setup", request.path_params["token"], parts.now())
        typed = first_steps.answers(tx)
    opened = client.opened(request)
    here = f"{opened.scheme}://{opened.netloc}"
    return Messages(
        {
            "language": _of_the_browser(request),
            "timezone": "UTC",
            "base_url": parts.settings.base_url or here,
            **typed,
        }
    )


def _typed(request: Request, names: tuple[str, ...]) -> Messages:
    """What is known, with these fields as they were sent; kept, right or wrong."""
    values = _known(request)
    sent = {name: request.state.form.text(name) for name in names}
    with hub(request).db.write() as tx:
        first_steps.remember(tx, sent)
    values.update(sent)
    return values


def _answers(values: Messages) -> Answers:
    return Answers(**{name: values[name] for name in _SITE + _ACCOUNT})


def _page(request: Request, values: Messages, errors: Errors, step: str) -> Response:
    """`step`: `site`, `account`, or `all` for a form that sent both."""
    token = request.path_params["token"]
    return bare_page(
        request,
        "admin/setup.html",
        status=400 if errors else 200,
        language=_language(request, values),
        step=step,
        action=f"{_here(request)}/account" if step == "account" else _here(request),
        values=values,
        errors=errors.by_field,
        languages=list(LANGUAGES.items()),
        timezones=timezones(),
        progress=None if step == "all" else beginning.line_before(step, token),
    )


def _here(request: Request) -> str:
    return f"/setup/{request.path_params['token']}"


@cache
def timezones() -> list[tuple[str, str]]:
    """Every time zone of the world, as an option and as it is shown."""
    names = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in sorted(names))]


def _language(request: Request, values: Messages) -> str:
    """The language that was chosen, as soon as one was; there is no site yet to ask."""
    chosen = values["language"]
    return chosen if chosen in LANGUAGES else _of_the_browser(request)


def _of_the_browser(request: Request) -> str:
    """The first language of the browser that the hub speaks."""
    for part in request.headers.get("accept-language", "").split(","):
        primary = part.partition(";")[0].strip().lower().partition("-")[0]
        if primary in LANGUAGES:
            return primary
    return i18n.DEFAULT


ROUTES = [
    DeskRoute("/setup/{token}", setup_form, needs=Needs.NOTHING),
    DeskRoute("/setup/{token}", set_up, needs=Needs.NOTHING, methods=["POST"]),
    DeskRoute("/setup/{token}/account", account_form, needs=Needs.NOTHING),
    DeskRoute("/setup/{token}/account", make_account, needs=Needs.NOTHING, methods=["POST"]),
]
