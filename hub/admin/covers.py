"""The cover of an article: a picture that is sent with its form, or one that is here already."""

from dataclasses import replace

from starlette.requests import Request

from hub.admin.forms import Errors
from hub.admin.writing_form import Typed
from hub.content import media, shelf
from hub.content.shelf import StoredPicture
from hub.db import Transaction
from hub.web.state import hub

OFFERED = 12


def taken(request: Request, typed: Typed, errors: Errors) -> Typed:
    """The form with the address of the picture that came with it. What is refused stands beside
    the field; the picture is kept whatever else is wrong, so that it need not be sent again."""
    parts = hub(request)
    with errors.caught("cover"):
        data = request.state.form.upload("cover_file")
        if data:
            picture = media.keep(parts.settings.media, data)
            with parts.db.write() as tx:
                media.record(tx, picture, parts.now())
            return replace(typed, cover=picture.address)
    return typed


def offered(tx: Transaction) -> list[StoredPicture]:
    """The newest pictures, to choose one."""
    return shelf.pictures(tx, limit=OFFERED)
