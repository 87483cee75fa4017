"""The style sheets, under an address that changes with their bytes and is kept for ever."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.errors import NotFound
from hub.i18n import N_
from hub.web import themes
from hub.web.pages import mark_shared
from hub.web.state import hub

_GROUPS = {"site.css": "css", "desk.css": "admin"}


def style_sheet(request: Request) -> Response:
    """The theme's css as one file."""
    group = _GROUPS.get(request.path_params["name"])
    if group is None:
        raise NotFound(N_("There is no such page."))
    parts = hub(request)
    sheet = themes.load(parts.site().theme, parts.settings.themes).style_sheet(group)
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
