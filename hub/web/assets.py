"""What pages are dressed with, under addresses that change with the bytes and are kept for ever."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.errors import NotFound
from hub.i18n import N_
from hub.web import look, themes
from hub.web.pages import mark_shared
from hub.web.state import hub

_FOR_EVER = "public, max-age=31536000, immutable"


def asset(request: Request) -> Response:
    """The css of the theme or of the desk as one file, the accent, or an icon."""
    name = request.path_params["name"]
    if name in ("site.css", "desk.css"):
        return _style_sheet(request, name)
    site = hub(request).site()
    if name == "accent.css" and site.accent_colour:
        body: bytes | str = look.accent_sheet(site.accent_colour)
        return _answer(request, body, "text/css", digest=site.accent_colour[1:])
    if name in look.ICONS and site.icon:
        picture = look.icon(hub(request).settings.media, site.icon, name)
        return _answer(request, picture, "image/png", digest=look.digest_of(site.icon))
    raise NotFound(N_("There is no such page."))


def icon(request: Request) -> Response:
    """The icon in a browser's tab, at the addresses that never change."""
    site = hub(request).site()
    if site.icon and request.scope["path"] == "/favicon.ico":
        picture = look.icon(hub(request).settings.media, site.icon, "icon.png")
        return mark_shared(Response(picture, media_type="image/png"))
    return mark_shared(Response(look.letter(site), media_type="image/svg+xml"))


def _style_sheet(request: Request, name: str) -> Response:
    parts = hub(request)
    if name == "desk.css":
        sheet = themes.desk().style_sheet("admin")
    else:
        sheet = themes.load(parts.site().theme, parts.settings.themes).style_sheet()
    return _answer(request, sheet.body, "text/css", digest=sheet.digest)


def _answer(request: Request, body: bytes | str, media_type: str, *, digest: str) -> Response:
    # An old address gives what is current too, for a page that was opened before a change.
    fresh = digest == request.path_params["digest"]
    headers = {"cache-control": _FOR_EVER if fresh else "no-cache"}
    return mark_shared(Response(body, media_type=media_type, headers=headers))


ROUTES: list[BaseRoute] = [
    Route("/assets/icon.svg", icon),
    Route("/favicon.ico", icon),
    Route("/assets/{digest}/{name}", asset),
]
