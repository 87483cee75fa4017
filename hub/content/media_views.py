"""/media/…: the owner's files. Their addresses hold a hash, so what is fetched once is kept."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from hub.content import listing
from hub.errors import NotFound
from hub.i18n import N_
from hub.web.state import hub

# What a browser may show in place; anything else is saved.
_SHOWN = ("image/", "audio/", "video/", "application/pdf", "text/plain")
_ACTIVE = "image/svg"


def media(request: Request) -> Response:
    """One file, whole or a range of it."""
    path: str = request.path_params["path"]
    parts = hub(request)
    stored = None
    if "\0" not in path:
        with parts.db.read() as tx:
            stored = listing.media(tx, path)
    folder = parts.settings.media.resolve()
    # Only what the database names is served, and from nowhere else.
    file = (folder / stored.path).resolve() if stored else folder
    if stored is None or not file.is_relative_to(folder) or not file.is_file():
        raise NotFound(N_("There is no such file."))
    headers = {
        "etag": f'"{stored.sha256}"',
        "cache-control": "public, max-age=31536000, immutable",
    }
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


def _holds(if_none_match: str, etag: str) -> bool:
    """RFC 9110 §13.1.2, compared weakly."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


ROUTES: list[BaseRoute] = [Route("/media/{path:path}", media)]
