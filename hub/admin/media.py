"""Pictures: what there is, and putting in new ones."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.admin.forms import Errors, number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.content import media, pictures, shelf
from hub.errors import Refused
from hub.i18n import N_
from hub.web.state import hub

PER_PAGE = 24


def overview(request: Request) -> Response:
    return _page(request, Errors(hub(request).site().language))


def upload(request: Request) -> Response:
    """Take one picture; what is too large, broken or no picture leaves nothing behind."""
    parts = hub(request)
    errors = Errors(parts.site().language)
    with errors.caught("picture"):
        data = request.state.form.upload("picture")
        if not data:
            raise Refused(N_("Choose a picture first."))
        picture = media.keep(parts.settings.media, data)
        with parts.db.write() as tx:
            media.record(tx, picture, parts.now())
    return _page(request, errors) if errors else done("/admin/media", "uploaded")


def upload_by_script(request: Request) -> Response:
    """One picture out of the editor; JSON with its address and size, or with the reason why not."""
    parts = hub(request)
    picture = media.keep(parts.settings.media, request.state.form.upload("picture"))
    with parts.db.write() as tx:
        media.record(tx, picture, parts.now())
    return JSONResponse(
        {"address": picture.address, "width": picture.width, "height": picture.height}
    )


def _page(request: Request, errors: Errors) -> Response:
    before = request.query_params.get("before", "")
    with hub(request).db.read() as tx:
        found = shelf.pictures(
            tx,
            before=number(before),
            limit=PER_PAGE + 1,
        )
    return desk_page(
        request,
        "admin/media.html",
        section="media",
        status=400 if errors else 200,
        pictures=found[:PER_PAGE],
        older=found[PER_PAGE - 1].id if len(found) > PER_PAGE else None,
        errors=errors.by_field,
        first=not before,
        most=pictures.LARGEST // 1_000_000,
    )


ROUTES = [
    DeskRoute("/admin/media", overview, needs=Needs.EDITOR),
    DeskRoute(
        "/admin/media",
        upload,
        needs=Needs.EDITOR,
        methods=["POST"],
        uploads=pictures.LARGEST,
        slow=True,
    ),
    DeskRoute(
        "/admin/media/upload",
        upload_by_script,
        needs=Needs.EDITOR,
        methods=["POST"],
        uploads=pictures.LARGEST,
        slow=True,
    ),
]
