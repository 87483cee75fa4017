"""The first page and an article in a theme and a colour that are not saved: the site's own views,
given a hub whose options are those of the form. Nothing of it reaches readers or the page cache."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.admin import color_schemes, theme_samples
from hub.admin.color_schemes import Scheme
from hub.admin.policy import DeskRoute, Needs
from hub.content import listing
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.site import options
from hub.site.model import Site
from hub.web import look, themes
from hub.web.security import CONTENT_SECURITY_POLICY
from hub.web.state import Hub, hub

PATH = "/admin/settings/look/preview"
_FRAME = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
_TRIED = ("theme", "accent_colour")

# Gives a public page; app.py says which.
PublicView = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class _Trying(Hub):
    """The hub, with a look that is tried."""

    theme: str = ""
    accent_colour: str = ""

    def site(self) -> Site:
        site = Hub.site(self)
        return replace(site, theme=self.theme, accent_colour=self.accent_colour)


class _Instead:
    """Something whose one attribute is another."""

    def __init__(self, of: object, **instead: object) -> None:
        self._of = of
        self.__dict__.update(instead)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of, name)


def preview(request: Request) -> Response:
    """A page of the site in the look of the form; in the saved one when nothing is typed."""
    parts = hub(request)
    saved = parts.site()
    typed = request.state.form.text if request.method == "POST" else request.query_params.get
    chosen = {name: str(typed(name, getattr(saved, name))) for name in _TRIED}
    theme = checked_theme(parts, chosen["theme"], saved)
    colour = options.checked("accent_colour", chosen["accent_colour"])
    scheme = color_schemes.named(str(typed("scheme", "")))
    known = {field.name: getattr(parts, field.name) for field in fields(Hub)}
    trying = _Trying(**known, theme=theme, accent_colour=colour)
    body = _page(request, trying, article=typed("page", "home") == "article")
    shown = color_schemes.seen(_dressed(body, trying.site(), parts, scheme), scheme)
    return HTMLResponse(shown, headers={"content-security-policy": _FRAME})


def style_sheet(request: Request) -> Response:
    """The css of a theme that may not be the site's."""
    parts = hub(request)
    theme = checked_theme(parts, request.path_params["theme"], parts.site())
    css = themes.load(theme, parts.settings.themes).style_sheet().body.decode()
    return _sheet(css, request)


def accent(request: Request) -> Response:
    """A colour that may not be the site's, as a sheet."""
    colour = options.checked("accent_colour", f"#{request.path_params['colour']}")
    return _sheet(look.accent_sheet(colour), request)


def _sheet(css: str, request: Request) -> Response:
    scheme = color_schemes.named(request.path_params["scheme"])
    return Response(color_schemes.sheet(css, scheme), media_type="text/css")


def checked_theme(parts: Hub, name: str, site: Site) -> str:
    """The name of a theme that is there, or is the site's already. Raises Refused."""
    name = options.checked("theme", name)
    if name not in (site.theme, *themes.names(parts.settings.themes)):
        raise Refused(N_("There is no theme called %(name)s."), field="theme", name=name)
    return name


def _page(request: Request, trying: Hub, *, article: bool) -> str:
    """The first page, or the newest article; a sample of one where none is published."""
    with trying.db.read() as tx:
        newest = listing.latest(tx, limit=1)
    if article and not newest:
        site = trying.site()
        theme = themes.load(site.theme, trying.settings.themes)
        sample = theme_samples.contexts(site)["pages/post.html"]
        return theme.render("pages/post.html", site.language, sample)
    view: PublicView = getattr(request.app.state, "article" if article else "first_page")
    path = newest[0].post.path if article else "/"
    inner = {
        **request.scope,
        "app": _Instead(request.app, state=_Instead(request.app.state, hub=trying)),
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "path_params": {"slug": newest[0].post.slug} if article else {},
    }
    response = view(Request(inner))
    if response.status_code != 200:
        raise NotFound(N_("There is no such page."))
    return bytes(response.body).decode()


def _dressed(body: str, site: Site, parts: Hub, scheme: Scheme) -> str:
    """The style sheets of the look that is tried; links lead nowhere out of the frame."""
    theme = themes.load(site.theme, parts.settings.themes)
    for css in (theme.style_sheet().digest, theme_samples.CSS_DIGEST):
        body = body.replace(
            f"/assets/{css}/site.css", f"{PATH}/themes/{site.theme}/{scheme}/site.css"
        )
    if url := look.of(site).accent_url:
        body = body.replace(url, f"{PATH}/colours/{site.accent_colour[1:]}/{scheme}/accent.css")
    return body.replace("<head>", '<head><base target="_blank">', 1)


ROUTES = [
    DeskRoute(PATH, preview, needs=Needs.OWNER),
    DeskRoute(PATH, preview, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{PATH}/themes/{{theme}}/{{scheme}}/site.css", style_sheet, needs=Needs.OWNER),
    DeskRoute(f"{PATH}/colours/{{colour}}/{{scheme}}/accent.css", accent, needs=Needs.OWNER),
]
