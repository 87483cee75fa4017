"""The pages that the law asks for: the legal notice and what the owner says about privacy."""

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.content import rendering
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.site.model import Site
from hub.web.pages import message, page
from hub.web.state import hub
from hub.web.structured_data import Crumb

TITLES = {"/legal": N_("Legal notice"), "/privacy": N_("Privacy")}


def links(site: Site) -> list[str]:
    """The addresses of the notices that the owner wrote."""
    return [path for path in TITLES if _text(site, path)]


def notice(request: Request) -> Response:
    """A notice, rendered from the owner's Markdown; 404 while it is empty."""
    site = hub(request).site()
    path: str = request.scope["path"]
    if not (text := _text(site, path)):
        raise NotFound(N_("There is no such page."))
    title = message(request, TITLES[path])
    trail = [Crumb(title, path)]
    return page(
        request,
        "notice.html",
        site=site,
        shared=True,
        trail=trail,
        title=title,
        html=_shown(text, site.language),
    )


def _shown(text: str, language: str) -> str:
    """The notice as HTML; one that cannot be rendered as it was written, for it must be read."""
    try:
        return rendering.render(text, language=language).html
    except Refused:
        paragraphs = (escape(part) for part in text.split("\n\n") if part.strip())
        return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)


def _text(site: Site, path: str) -> str:
    return site.legal_notice if path == "/legal" else site.privacy_notice


ROUTES: list[BaseRoute] = [Route(path, notice) for path in TITLES]
