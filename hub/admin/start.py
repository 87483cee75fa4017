"""The steps of the beginning that have no page of their own: the site and the account once more,
when the newsletter goes out, what to bring along."""

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin import beginning
from hub.admin.forms import Errors, Messages
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.admin.setup import timezones
from hub.i18n import LANGUAGES
from hub.newsletter import planning
from hub.site import first_steps, options
from hub.site import store as sites
from hub.users import accounts
from hub.web import sessions
from hub.web.state import hub

_SITE = ("title", "description", "language", "base_url")
_SCHEDULE = ("weekly_day", "weekly_time", "timezone")


def site_form(request: Request) -> Response:
    with hub(request).db.read() as tx:
        # As stored: HUB_BASE_URL must not be written into it by saving the form.
        stored = sites.load(tx)
    values = Messages({name: str(getattr(stored, name)) for name in _SITE})
    return _site_page(request, values, Errors(stored.language))


def save_site(request: Request) -> Response:
    values, errors = _typed(request, _SITE)
    if errors:
        return _site_page(request, values, errors)
    before = sessions.cookie_name(hub(request).site())
    _store(request, values)
    response = done(beginning.after("site"))
    if sessions.cookie_name(hub(request).site()) != before:
        # The site moved to https, or back: whoever moved it stays logged in.
        sessions.begin(request, response, request.state.user)
    return response


def account_form(request: Request) -> Response:
    values = Messages(name=request.state.user.name)
    return _account_page(request, values, Errors(hub(request).site().language))


def save_account(request: Request) -> Response:
    values = Messages(name=request.state.form.text("name"))
    errors = Errors(hub(request).site().language)
    with errors.caught("name"), hub(request).db.write() as tx:
        accounts.rename(tx, request.state.user, values["name"])
    if errors:
        return _account_page(request, values, errors)
    return done(beginning.after("account"))


def schedule_form(request: Request) -> Response:
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        typed = first_steps.answers(tx)
    values = Messages({name: typed.get(name, str(getattr(site, name))) for name in _SCHEDULE})
    return _schedule_page(request, values, Errors(site.language))


def save_schedule(request: Request) -> Response:
    """Keep when it goes out, and go on; or go back, or past it, with what was typed remembered."""
    parts, action = hub(request), request.state.form.text("action")
    values, errors = _typed(request, _SCHEDULE)
    if action in ("back", "skip"):
        with parts.db.write() as tx:
            first_steps.remember(tx, values)
            if action == "skip":
                first_steps.mark(tx, "schedule", "skipped", parts.now())
        return done(beginning.path("mail") if action == "back" else beginning.after("schedule"))
    if errors:
        return _schedule_page(request, values, errors)
    _store(request, values)
    with parts.db.write() as tx:
        first_steps.forget_answers(tx, _SCHEDULE)
        first_steps.mark(tx, "schedule", "done", parts.now())
    return done(beginning.after("schedule"))


def bring_page(request: Request) -> Response:
    return desk_page(
        request, "admin/start_bring.html", section="home", progress=beginning.line(request, "bring")
    )


def end(request: Request) -> Response:
    """The last step: nothing is published and nobody written to by it."""
    parts = hub(request)
    with parts.db.write() as tx:
        first_steps.mark(tx, "bring", "done", parts.now())
    return done("/admin", "ready")


def _typed(request: Request, names: tuple[str, ...]) -> tuple[Messages, Errors]:
    """The options as they were sent, and what is wrong with them."""
    values = Messages({name: request.state.form.text(name) for name in names})
    errors = Errors(hub(request).site().language)
    for name, value in values.items():
        with errors.caught(name):
            options.checked(name, value)
    return values, errors


def _store(request: Request, values: Messages) -> None:
    parts = hub(request)
    with parts.db.write() as tx:
        for name, value in values.items():
            sites.change(tx, name, value, now=parts.now())


def _site_page(request: Request, values: Messages, errors: Errors) -> Response:
    return desk_page(
        request,
        "admin/start_site.html",
        section="home",
        status=400 if errors else 200,
        values=values,
        errors=errors.by_field,
        languages=list(LANGUAGES.items()),
        progress=beginning.line(request, "site"),
    )


def _account_page(request: Request, values: Messages, errors: Errors) -> Response:
    return desk_page(
        request,
        "admin/start_account.html",
        section="home",
        status=400 if errors else 200,
        values=values,
        errors=errors.by_field,
        progress=beginning.line(request, "account"),
    )


def _schedule_page(request: Request, values: Messages, errors: Errors) -> Response:
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        coming = planning.next_edition(tx, site, "weekly", parts.now())
        is_new = "schedule" not in first_steps.states(tx)
    return desk_page(
        request,
        "admin/start_schedule.html",
        section="home",
        status=400 if errors else 200,
        values=values,
        errors=errors.by_field,
        weekdays=[
            (day, i18n.weekday(number, site.language))
            for number, day in enumerate(options.WEEKDAYS)
        ],
        timezones=timezones(),
        # Nobody chose the zone yet: the browser may propose its own.
        propose=is_new and site.timezone == "UTC",
        coming=coming.period,
        progress=beginning.line(request, "schedule"),
    )


def _routes() -> list[DeskRoute]:
    pages = {
        "site": (site_form, save_site),
        "account": (account_form, save_account),
        "schedule": (schedule_form, save_schedule),
        "bring": (bring_page, end),
    }
    return [
        route
        for name, (show, save) in pages.items()
        for route in (
            DeskRoute(beginning.path(name), show, needs=Needs.OWNER),
            DeskRoute(beginning.path(name), save, needs=Needs.OWNER, methods=["POST"]),
        )
    ]


ROUTES = _routes()
