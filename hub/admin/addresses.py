"""Addresses that nothing lives at: what readers asked for in vain, and where old ones lead."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.content import listing, missed, missed_store, redirect_store, redirects, shelf
from hub.errors import NotFound
from hub.i18n import N_
from hub.web import paging
from hub.web.paging import Paging
from hub.web.state import hub

PER_PAGE = 50
_OFFERED = 300
# What lives at these is asked of the site, not of the router.
_WRITTEN = {"/posts/{slug}", "/topics/{topic}", "/authors/{author}", "/{path:path}"}


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of a redirect: `old` is the path of the one that is changed, if one is."""

    path: str = ""
    target: str = ""
    old: str = ""


def not_found(request: Request) -> Response:
    """What was asked for in vain, the most asked first; `?status=hidden` what the owner hid."""
    status = "hidden" if request.query_params.get("status") == "hidden" else "shown"
    number = paging.asked(request.scope["query_string"]) or 1
    with hub(request).db.read() as tx:
        counts = {name: missed_store.count(tx, name) for name in ("shown", "hidden")}
        found = missed_store.listed(tx, status, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        scanners = missed_store.get(tx, missed.SCANNERS)
    return desk_page(
        request,
        "admin/addresses.html",
        section="addresses",
        shown=status,
        found=found,
        counts=counts,
        scanners=scanners,
        paging=Paging("/admin/addresses", number, paging.pages_of(counts[status], PER_PAGE)),
    )


def hide(request: Request) -> Response:
    """Show an address among the hidden ones from now on, or back among the others."""
    form = request.state.form
    status = "shown" if form.text("status") == "shown" else "hidden"
    with hub(request).db.write() as tx:
        missed_store.set_status(tx, form.text("path"), status)
    return done("/admin/addresses" if status == "hidden" else "/admin/addresses?status=hidden")


def redirect_list(request: Request) -> Response:
    """Where old addresses lead, by address; `q` is how they begin."""
    beginning = redirects.normalised(request.query_params.get("q", ""))
    after = request.query_params.get("after", "")[: redirects.LONGEST]
    with hub(request).db.read() as tx:
        found = redirect_store.listed(tx, beginning=beginning, after=after, limit=PER_PAGE + 1)
    return desk_page(
        request,
        "admin/redirects.html",
        section="addresses",
        found=found[:PER_PAGE],
        after=found[PER_PAGE - 1].path if len(found) > PER_PAGE else "",
        beginning=beginning,
        first=not after,
    )


def redirect_form(request: Request) -> Response:
    """A new redirect (`path` fills the address), or the one of `old`."""
    asked = request.query_params
    typed = Typed(path=asked.get("path", ""))
    if old := asked.get("old", ""):
        with hub(request).db.read() as tx:
            known = redirect_store.get(tx, old)
        if known is None:
            raise NotFound(N_("There is no such redirect."))
        typed = Typed(f"/{known.path}", known.leads_to, known.path)
    return _form_page(request, typed, Errors(hub(request).site().language))


def save(request: Request) -> Response:
    parts, form = hub(request), request.state.form
    site = parts.site()
    typed = Typed(form.text("path"), form.text("target"), form.text("old"))
    errors = Errors(site.language, main="path")
    with errors.caught(), parts.db.write() as tx:
        redirects.choose(
            tx,
            typed.path,
            typed.target,
            site=site,
            is_own=lambda path: _is_routed(request, path),
            now=parts.now(),
            instead_of=typed.old,
        )
    return _form_page(request, typed, errors) if errors else done("/admin/redirects", "saved")


def remove(request: Request) -> Response:
    with hub(request).db.write() as tx:
        redirects.remove(tx, request.state.form.text("path"))
    return done("/admin/redirects", "deleted")


def _form_page(request: Request, typed: Typed, errors: Errors) -> Response:
    with hub(request).db.read() as tx:
        offered = [
            *listing.described(tx, "page"),
            *shelf.published(tx, "post", limit=_OFFERED),
        ]
        asked = missed_store.get(tx, redirects.normalised(typed.path)) if typed.path else None
    return desk_page(
        request,
        "admin/redirect.html",
        section="addresses",
        status=400 if errors else 200,
        typed=typed,
        errors=errors.by_field,
        offered=offered,
        asked=asked,
    )


def _is_routed(request: Request, path: str) -> bool:
    """Whether the hub itself answers at this address, whatever is written on the site."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(
        route.matches(scope)[0] is Match.FULL
        for route in request.app.routes
        if getattr(route, "path", "") not in _WRITTEN
    )


ROUTES = [
    DeskRoute("/admin/addresses", not_found, needs=Needs.OWNER),
    DeskRoute("/admin/addresses/hide", hide, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute("/admin/redirects", redirect_list, needs=Needs.OWNER),
    DeskRoute("/admin/redirects/edit", redirect_form, needs=Needs.OWNER),
    DeskRoute("/admin/redirects/edit", save, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute("/admin/redirects/remove", remove, needs=Needs.OWNER, methods=["POST"]),
]
