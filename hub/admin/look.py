"""The pictures of the site itself: logo, icon, and the one for shared links."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.admin.settings import LABELS
from hub.content import media, pictures, shelf
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.site import options
from hub.site import store as sites
from hub.web.state import hub

PICTURES = ("logo", "icon", "social_image")
OFFERED = 12


def choose(request: Request) -> Response:
    """What each of them is now, and the newest pictures to take instead."""
    return _page(request, Errors(hub(request).site().language))


def save(request: Request) -> Response:
    """Take an uploaded picture, one that is here already, or none."""
    parts, form = hub(request), request.state.form
    name = request.path_params["name"]
    if name not in PICTURES:
        raise NotFound(N_("There is no such page."))
    errors = Errors(parts.site().language)
    with errors.caught(name):
        data = form.upload("picture")
        chosen = form.text("chosen")
        fresh = media.keep(parts.settings.media, data) if data else None
        with parts.db.write() as tx:
            if fresh is not None:
                media.record(tx, fresh, parts.now())
                chosen = fresh.address
            if chosen and media.picture(tx, options.checked(name, chosen)) is None:
                raise Refused(N_("There is no such picture."), field=name)
            sites.change(tx, name, chosen, now=parts.now())
    return _page(request, errors) if errors else done("/admin/look", "saved")


def _page(request: Request, errors: Errors) -> Response:
    site = hub(request).site()
    with hub(request).db.read() as tx:
        offered = shelf.pictures(tx, limit=OFFERED)
    return desk_page(
        request,
        "admin/look.html",
        section="settings",
        status=400 if errors else 200,
        names=PICTURES,
        labels=LABELS,
        options=options.BY_NAME,
        chosen={name: str(getattr(site, name)) for name in PICTURES},
        offered=offered,
        most=pictures.LARGEST // 1_000_000,
        errors=errors.by_field,
    )


ROUTES = [
    DeskRoute("/admin/look", choose, needs=Needs.OWNER),
    DeskRoute(
        "/admin/look/{name}",
        save,
        needs=Needs.OWNER,
        methods=["POST"],
        uploads=pictures.LARGEST,
        slow=True,
    ),
]
