"""Legal notice, privacy, trust and their public log, in every language of the hub."""

from dataclasses import replace
from datetime import datetime
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub import i18n
from hub.content import rendering
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import LANGUAGES, N_
from hub.law import facts, store, words
from hub.law.kept import KEPT
from hub.law.model import Facts
from hub.mail import in_force
from hub.site import webhook_keys
from hub.site.model import Site
from hub.web.pages import page
from hub.web.state import hub
from hub.web.structured_data import Crumb

TITLES = {
    "/legal": N_("Legal notice"),
    "/privacy": N_("Privacy"),
    "/trust": N_("What we do with your data"),
}
CHANGES = "/privacy/changes"
ADDRESSES = (*TITLES, CHANGES)
_CHANGES_TITLE = N_("What changed on these pages")
_TEMPLATES = {"/legal": "legal.html", "/privacy": "privacy.html", "/trust": "trust.html"}
_MOST_CHANGES = 200


def links(site: Site, language: str) -> list[dict[str, str]]:
    """What the footer leads to: `title` and `url` of each page that there is."""
    if site.ready_at is None:
        return []
    paths = [path for path in TITLES if path != "/legal" or facts.has_notice(site)]
    return [{"title": i18n.translate(language, TITLES[path]), "url": path} for path in paths]


def notice(request: Request) -> Response:
    """One of the three pages; a legal notice that nobody filled in is not there."""
    site = hub(request).site()
    path, language = _asked(request, site)
    if site.ready_at is None or (path == "/legal" and not facts.has_notice(site)):
        raise NotFound(N_("There is no such page."))
    if _is_elsewhere(request, path, language, site):
        return RedirectResponse(path, status_code=302)
    with hub(request).db.read() as tx:
        found, began_at = _facts(tx, request, site)
    title = i18n.translate(language, TITLES[path])
    own = {"/legal": site.legal_notice, "/privacy": site.privacy_notice}
    return page(
        request,
        _TEMPLATES[path],
        site=site,
        shared=True,
        language=language,
        trail=[Crumb(title, path)],
        title=title,
        facts=found,
        kept=KEPT,
        own=_shown(own.get(path, site.trust_notice), site.language),
        others=_others(path, language, site),
        since=began_at,
        has_notice=facts.has_notice(site),
        changes_url=_address(CHANGES, language, site),
    )


def changes(request: Request) -> Response:
    """The log of what these pages said."""
    site = hub(request).site()
    path, language = _asked(request, site)
    if site.ready_at is None:
        raise NotFound(N_("There is no such page."))
    if _is_elsewhere(request, path, language, site):
        return RedirectResponse(path, status_code=302)
    with hub(request).db.read() as tx:
        log = store.newest(tx, limit=_MOST_CHANGES)
        _, began_at = _facts(tx, request, site)
    title = i18n.translate(language, _CHANGES_TITLE)
    return page(
        request,
        "privacy_changes.html",
        site=site,
        # Until the worker has written down the first facts, it has no beginning to show.
        shared=began_at is not None,
        language=language,
        trail=[Crumb(title, path)],
        title=title,
        changes=[(change.at, words.said(change, language)) for change in log],
        others=_others(path, language, site),
        since=began_at,
    )


def _facts(tx: Transaction, request: Request, site: Site) -> tuple[Facts, datetime | None]:
    """What holds, and since when the log is kept. The relays are those that the worker has
    seen, for it may be another process; before it ever ran, those of this one."""
    settings = hub(request).settings
    keys = webhook_keys.in_force(tx, settings.webhooks)
    settings = replace(settings, webhooks=keys)
    now = facts.gather(site, settings, in_force.way(tx, settings).names)
    state = store.state(tx, now)
    if state is None:
        return now, None
    relays = [f"{relay}:" for relay in state.stands.relays]
    return facts.gather(site, settings, relays), state.began_at


def _asked(request: Request, site: Site) -> tuple[str, str]:
    """The address without its language, and the language."""
    path: str = request.scope["path"]
    *_, last = path.split("/")
    return (path.removesuffix(f"/{last}"), last) if last in LANGUAGES else (path, site.language)


def _is_elsewhere(request: Request, path: str, language: str, site: Site) -> bool:
    """Whether the page in the site's own language was asked for at another address."""
    return request.scope["path"] != path and language == site.language


def _address(path: str, language: str, site: Site) -> str:
    return path if language == site.language else f"{path}/{language}"


def _others(path: str, language: str, site: Site) -> list[dict[str, str]]:
    """The same page in other languages."""
    return [
        {"language": code, "name": name, "url": _address(path, code, site)}
        for code, name in LANGUAGES.items()
        if code != language
    ]


def _shown(text: str, language: str) -> str:
    """The owner's words as HTML; what cannot be rendered as it was written, for it must be read."""
    if not text:
        return ""
    try:
        return rendering.render(text, language=language).html
    except Refused:
        paragraphs = (escape(part) for part in text.split("\n\n") if part.strip())
        return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)


def _in_each_language(path: str) -> list[str]:
    return [path, *(f"{path}/{code}" for code in LANGUAGES)]


ROUTES: list[BaseRoute] = [
    *(Route(address, changes) for address in _in_each_language(CHANGES)),
    *(Route(address, notice) for path in TITLES for address in _in_each_language(path)),
]
