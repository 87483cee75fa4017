"""The style sheets, under an address that changes with their bytes and is kept for ever."""

from html import escape

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


def icon(request: Request) -> Response:
    """The icon in a browser's tab: the first letter of the site's name."""
    letter = escape(hub(request).site().title[:1].upper() or "·")
    return mark_shared(
        Response(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
            '<rect width="64" height="64" rx="14" fill="#0b5f50"/>'
            '<text x="32" y="46" text-anchor="middle" fill="#fff" font-family="Georgia,serif"'
            f' font-size="42" font-weight="700">{letter}</text></svg>',
            media_type="image/svg+xml",
        )
    )


ROUTES: list[BaseRoute] = [
    Route("/assets/icon.svg", icon),
    Route("/assets/{digest}/{name}", style_sheet),
]
