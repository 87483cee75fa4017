"""Sound: what there is, and putting in more."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.forms import Errors, number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.content import audio, media, shelf
from hub.errors import Refused
from hub.i18n import N_
from hub.web.state import hub

PER_PAGE = 24


def sounds(request: Request) -> Response:
    return _page(request, Errors(hub(request).site().language))


def upload(request: Request) -> Response:
    """Take one sound; what is too large or no sound leaves nothing behind."""
    parts = hub(request)
    errors = Errors(parts.site().language)
    with errors.caught("audio"):
        data = request.state.form.upload("audio")
        if not data:
            raise Refused(N_("Choose a sound first."))
        sound = media.keep_audio(parts.settings.media, data)
        with parts.db.write() as tx:
            media.record(tx, sound, parts.now())
    return _page(request, errors) if errors else done("/admin/sounds", "sound")


def _page(request: Request, errors: Errors) -> Response:
    before = request.query_params.get("before", "")
    with hub(request).db.read() as tx:
        found = shelf.sounds(tx, before=number(before), limit=PER_PAGE + 1)
    return desk_page(
        request,
        "admin/sounds.html",
        section="media",
        status=400 if errors else 200,
        sounds=found[:PER_PAGE],
        older=found[PER_PAGE - 1].id if len(found) > PER_PAGE else None,
        errors=errors.by_field,
        first=not before,
        most=audio.LARGEST // 1_000_000,
    )


ROUTES = [
    DeskRoute("/admin/sounds", sounds, needs=Needs.EDITOR),
    DeskRoute("/admin/sounds", upload, needs=Needs.EDITOR, methods=["POST"], uploads=audio.LARGEST),
]
