"""The style sheets, under an address that changes with their bytes and is kept for ever."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.errors import NotFound
from hub.i18n import N_
from hub.web import themes
from hub.web.pages import mark_shared
from hub.web.state import hub


def style_sheet(request: Request) -> Response:
    """The css of the theme, or of the desk, as one file."""
    name = request.path_params["name"]
    if name not in ("site.css", "desk.css"):
        raise NotFound(N_("There is no such page."))
    parts = hub(request)
    if name == "desk.css":
        sheet = themes.desk().style_sheet("admin")
    else:
        sheet = themes.load(parts.site().theme, parts.settings.themes).style_sheet()
    # An old address gives the current sheet too, for a page that was opened before a change.
    fresh = sheet.digest == request.path_params["digest"]
    return mark_shared(
        Response(
            sheet.body,
            media_type="text/css",
            headers={
                "cache-control": "public, max-age=31536000, immutable" if fresh else "no-cache"
            },
        )
    )


ROUTES: list[BaseRoute] = [Route("/assets/{digest}/{name}", style_sheet)]
