"""Answers made of templates. Public pages that are the same for everybody say so (`shared`),
and the page cache keeps their bytes."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.site.model import Site
from hub.web import look, structured_data, themes
from hub.web.state import hub
from hub.web.structured_data import Article, Crumb

# The page cache looks for this mark and takes it away; a client never sees it.
SHARED = "x-hub-shared"

# Its value for a list whose address takes `?page=`; other pages are the same whatever it says.
PAGED = "paged"

# What stands in the header and footer of every page of the site; app.py gives the real one.
Chrome = Callable[[Request, Site, str], dict[str, object]]


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    language: str = "",
    shared: bool = False,
    paged: bool = False,
    trail: Sequence[Crumb] = (),
    article: Article | None = None,
    **context: object,
) -> Response:
    """A page of the theme. `shared` marks one that the page cache may keep, `paged` one of a list.

    `trail` is the way to it from the first page, `article` what search engines are told of it.
    docs/themes.md lists what templates get beside what is given here.
    """
    site = _site(request, context)
    language = language or site.language
    theme = themes.load(site.theme, hub(request).settings.themes)
    values: dict[str, Any] = {
        "language": language,
        "look": look.of(site),
        "css_url": f"/assets/{theme.style_sheet().digest}/site.css",
        "path": request.scope["path"],
        "canonical": site.url(quoted(request.scope["path"])),
        "structured_data": structured_data.of_page(site, trail=trail, article=article),
        **request.app.state.chrome(request, site, language),
        **context,
        "site": site,
    }
    body = theme.render(f"pages/{template}", language, values)
    response = Response(body, status_code=status, media_type="text/html")
    if shared:
        mark_shared(response, paged=paged)
    return response


def mark_shared(response: Response, *, paged: bool = False) -> Response:
    """This answer is the same for everybody: the page cache may keep it until the site changes."""
    response.headers[SHARED] = PAGED if paged else "1"
    return response


def quoted(path: str) -> str:
    """A path as it stands in an address: percent-encoded where it must be (RFC 3986 §3.3)."""
    return quote(path, safe="/~!$&'()*+,;=:@")


def message(request: Request, text: str, **values: object) -> str:
    """A text in the site's language."""
    return i18n.translate(hub(request).site().language, text, **values)


def _site(request: Request, context: dict[str, object]) -> Site:
    given = context.get("site")
    return given if isinstance(given, Site) else hub(request).site()
