"""The set-up page behind its one-time link: one form that makes the site and its owner."""

from functools import cache
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin.forms import Errors, Messages
from hub.admin.pages import bare_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.i18n import LANGUAGES
from hub.users import one_time_links, passwords, setup
from hub.web import client, sessions
from hub.web.state import hub

_FIELDS = ("title", "description", "language", "timezone", "base_url", "name", "email")


def setup_form(request: Request) -> Response:
    """The empty form. Without an open link nobody sees it: 403."""
    parts = hub(request)
    with parts.db.read() as tx:
        one_time_links.look(tx, "setup", request.path_params["token"], parts.now())
    opened = client.opened(request)
    here = f"{opened.scheme}://{opened.netloc}"
    values = Messages(
        language=_language(request), timezone="UTC", base_url=parts.settings.base_url or here
    )
    return _setup_page(request, values, Errors(_language(request)))


def set_up(request: Request) -> Response:
    """Set up the hub and log its owner in; a wrong answer brings the form back as it was typed."""
    parts, token, form = hub(request), request.path_params["token"], request.state.form
    with parts.db.read() as tx:
        one_time_links.look(tx, "setup", token, parts.now())
    values = Messages({name: form.text(name) for name in _FIELDS})
    answers = setup.Answers(**values)
    errors = Errors(_language(request))
    errors.extend(setup.problems(answers))
    with errors.caught():
        passwords.checked(form.secret("password"), email=answers.email)
    if errors:
        return _setup_page(request, values, errors)
    password_hash = passwords.hashed(form.secret("password"))
    with parts.db.write() as tx:
        one_time_links.use(tx, "setup", token, parts.now())
        owner = setup.set_up(tx, answers, password_hash=password_hash, now=parts.now())
    response = done("/admin", "ready")
    sessions.begin(request, response, owner)
    return response


def _setup_page(request: Request, values: Messages, errors: Errors) -> Response:
    return bare_page(
        request,
        "admin/setup.html",
        status=400 if errors else 200,
        language=_language(request),
        values=values,
        errors=errors.by_field,
        languages=list(LANGUAGES.items()),
        timezones=timezones(),
    )


@cache
def timezones() -> list[tuple[str, str]]:
    """Every time zone of the world, as an option and as it is shown."""
    names = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in sorted(names))]


def _language(request: Request) -> str:
    """The first language of the browser that the hub speaks: there is no site yet to ask."""
    for part in request.headers.get("accept-language", "").split(","):
        primary = part.partition(";")[0].strip().lower().partition("-")[0]
        if primary in LANGUAGES:
            return primary
    return i18n.DEFAULT


ROUTES = [
    DeskRoute("/setup/{token}", setup_form, needs=Needs.NOTHING),
    DeskRoute("/setup/{token}", set_up, needs=Needs.NOTHING, methods=["POST"]),
]
