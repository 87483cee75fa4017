"""/media/…: the owner's files. Their addresses hold a hash, so what is fetched once is kept."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from hub.content import listing, mail_pictures
from hub.content.listing import Stored
from hub.errors import NotFound
from hub.i18n import N_
from hub.web.state import hub

# What a browser may show in place; anything else is saved.
_SHOWN = ("image/", "audio/", "video/", "application/pdf", "text/plain")
_ACTIVE = "image/svg"
_FOR_EVER = "public, max-age=31536000, immutable"


def media(request: Request) -> Response:
    """One file, whole or a range of it."""
    stored, file = _stored(request)
    headers = {"etag": f'"{stored.sha256}"', "cache-control": _FOR_EVER}
    if _holds(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    content_type = stored.content_type
    if content_type.startswith(_ACTIVE) or not content_type.startswith(_SHOWN):
        # A drawing can carry scripts: it works inside a page, alone it is only saved.
        headers["content-disposition"] = "attachment"
        headers["content-security-policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        )
    return FileResponse(file, media_type=content_type, headers=headers)


def media_for_mail(request: Request) -> Response:
    """A picture as mail gets it."""
    _, file = _stored(request)
    data, content_type = mail_pictures.made(file, hub(request).settings.mail_pictures)
    return Response(data, media_type=content_type, headers={"cache-control": _FOR_EVER})


def _stored(request: Request) -> tuple[Stored, Path]:
    """Only what the database names is served, and from nowhere else. Raises NotFound."""
    path: str = request.path_params["path"]
    parts = hub(request)
    stored = None
    if "\0" not in path:
        with parts.db.read() as tx:
            stored = listing.media(tx, path)
    folder = parts.settings.media.resolve()
    file = (folder / stored.path).resolve() if stored else folder
    if stored is None or not file.is_relative_to(folder) or not file.is_file():
        raise NotFound(N_("There is no such file."))
    return stored, file


def _holds(if_none_match: str, etag: str) -> bool:
    """RFC 9110 §13.1.2, compared weakly."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


ROUTES: list[BaseRoute] = [
    Route("/media/{path:path}/mail", media_for_mail),
    Route("/media/{path:path}", media),
]
