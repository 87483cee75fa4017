"""Pages of the desk: always in the hub's own look, in the site's language."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.admin import notices
from hub.i18n import N_
from hub.web import scripts, themes
from hub.web.state import hub


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the navigation. `owners` ones are shown to owners only."""

    name: str
    label: str
    path: str
    owners: bool = False


SECTIONS = (
    Section("home", N_("Home"), "/admin"),
    Section("posts", N_("Articles"), "/admin/posts"),
    Section("pages", N_("Pages"), "/admin/pages"),
    Section("hall", N_("Menu and home"), "/admin/hall", owners=True),
    Section("media", N_("Pictures"), "/admin/media"),
    Section("subscribers", N_("Subscribers"), "/admin/subscribers", owners=True),
    Section("newsletter", N_("Newsletter"), "/admin/newsletter", owners=True),
    Section("numbers", N_("Numbers"), "/admin/numbers", owners=True),
    Section("notices", N_("Notices"), "/admin/notices", owners=True),
    Section("addresses", N_("Old addresses"), "/admin/addresses", owners=True),
    Section("outbox", N_("Outbox"), "/admin/outbox", owners=True),
    Section("settings", N_("Settings"), "/admin/settings", owners=True),
)


def desk_page(
    request: Request, template: str, *, section: str, status: int = 200, **context: object
) -> Response:
    """A page inside the desk. `section` is the line of the navigation it belongs to."""
    user = request.state.user
    frame = {
        "section": section,
        "sections": [s for s in SECTIONS if user.is_owner or not s.owners],
        "notice": notices.text(request.query_params.get("done", "")),
    }
    return _page(request, template, status, "", {**frame, **context})


def bare_page(
    request: Request, template: str, *, status: int = 200, language: str = "", **context: object
) -> Response:
    """A page of the desk without its navigation: log-in, set-up, what was refused."""
    return _page(request, template, status, language, context)


def done(path: str, notice: str = "") -> Response:
    """After a change: go on to `path`, where the notice of that name is shown."""
    mark = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{mark}done={notice}" if notice else path, status_code=303)


def _page(
    request: Request, template: str, status: int, language: str, context: dict[str, object]
) -> Response:
    site = hub(request).site()
    language = language or site.language
    theme = themes.desk()
    values = {
        "language": language,
        "css_url": f"/assets/{theme.style_sheet('admin').digest}/desk.css",
        "scripts": scripts.folder(),
        "path": request.scope["path"],
        "user": getattr(request.state, "user", None),
        **context,
        "site": site,
    }
    return HTMLResponse(
        theme.render(f"pages/{template}", language, values),
        status_code=status,
        headers={"cache-control": "no-store"},
    )
