"""/media/…: the owner's files, and smaller widths of pictures (`…/960.avif`, `…/960.webp`).

Their addresses hold a hash, so what is fetched once is kept.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from hub import logs
from hub.content import files, listing, mail_pictures, picture_sizes
from hub.content.listing import Stored
from hub.content.mail_pictures import Use
from hub.errors import NotFound, Unavailable
from hub.i18n import N_
from hub.web import drawing
from hub.web.state import Hub, hub

# What a browser may show in place; anything else is saved.
_SHOWN = ("image/", "audio/", "video/", "application/pdf", "text/plain")
_ACTIVE = "image/svg"
_FOR_EVER = "public, max-age=31536000, immutable"
NO_SUCH_FILE = N_("There is no such file.")


def media(request: Request) -> Response:
    """One file, whole or a range of it."""
    return _whole(request, request.path_params["path"])


async def width(request: Request) -> Response:
    """A picture in one of the widths that pages offer, made when it is asked for first."""
    found = await run_in_threadpool(_wanted, request)
    if isinstance(found, Response):
        return found
    headers = {
        "etag": f'"{found.stored.sha256}-{found.width}{found.mark}"',
        "cache-control": _FOR_EVER,
    }
    if _holds(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    if found.made is None:
        await drawing.beside(request, found.make)
    return await run_in_threadpool(_answer, found, headers)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A width of a picture: `original` is its file, `kept` where the smaller one is or will be.

    `suffix` is that of its format: webp or avif.
    """

    stored: Stored
    width: int
    original: Path
    cache: Path
    suffix: str = "webp"

    @property
    def path(self) -> str:
        return f"pictures/{picture_sizes.place(self.stored.path, self.width, self.suffix)}"

    @property
    def mark(self) -> str:
        """What tells its ETag from that of the WebP."""
        return "" if self.suffix == "webp" else f"-{self.suffix}"

    @property
    def as_webp(self) -> "_Wanted":
        return replace(self, suffix="webp")

    @property
    def kept(self) -> Path:
        return self.cache / self.path

    @property
    def made(self) -> int | None:
        """How large the smaller one is, 0 when the original serves better; None: not made yet."""
        try:
            return self.kept.stat().st_size
        except OSError:
            return None

    def make(self) -> None:
        if self.made is not None:
            return  # somebody else's wish came first
        try:
            data = self._avif() if self.suffix == "avif" else self._webp()
            files.save(self.cache, self.path, data or b"")
        except (OSError, ValueError, RuntimeError, Unavailable) as error:
            # A full disk, or a file that was changed by hand: the original is shown.
            logs.warning("picture.not_shrunk", reason=type(error).__name__)

    def _webp(self) -> bytes | None:
        return picture_sizes.shrunk(self.original, self.width)

    def _avif(self) -> bytes | None:
        """None where it cannot be made, and where the WebP is as small."""
        self.as_webp.make()
        if not picture_sizes.AVIF:
            return None
        data = picture_sizes.shrunk(self.original, self.width, "AVIF")
        webp = self.as_webp.made
        return None if data is None or (webp and webp <= len(data)) else data


def _wanted(request: Request) -> _Wanted | Response:
    """The width that is asked for; or the file itself that has such a name."""
    parts = hub(request)
    path, name = request.path_params["path"], request.path_params["width"]
    suffix = request.scope["path"].rpartition(".")[2]
    try:
        stored, original = _stored(parts, path)
    except NotFound:
        return _whole(request, f"{path}/{name}.{suffix}")
    offered = picture_sizes.widths(stored.content_type, stored.width or 0)
    if suffix == "avif" and not picture_sizes.has_avif(stored.content_type):
        offered = ()
    wanted = next((width for width in offered if str(width) == name), None)
    if wanted is None:
        raise NotFound(NO_SUCH_FILE)
    return _Wanted(stored, wanted, original, parts.settings.cache, suffix)


def _answer(found: _Wanted, headers: dict[str, str]) -> Response:
    made = found.made
    if made:
        return FileResponse(found.kept, media_type=f"image/{found.suffix}", headers=headers)
    if found.suffix != "webp" and made is not None:
        return _answer(found.as_webp, headers)
    if made is None:
        headers["cache-control"] = "no-cache"
        del headers["etag"]
    return FileResponse(found.original, media_type=found.stored.content_type, headers=headers)


def _whole(request: Request, path: str) -> Response:
    stored, file = _stored(hub(request), path)
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


async def media_for_mail(request: Request) -> Response:
    """A picture as mail gets it."""
    return await _for(request, mail_pictures.MAIL)


async def media_for_page(request: Request) -> Response:
    """A picture as feeds get it, and browsers that take no other format."""
    return await _for(request, mail_pictures.PAGE)


async def _for(request: Request, use: Use) -> Response:
    parts = hub(request)
    headers = {"cache-control": _FOR_EVER}
    _, file = await run_in_threadpool(_stored, parts, request.path_params["path"])
    cache = parts.settings.cache
    if kept := await run_in_threadpool(mail_pictures.kept, file, cache, use):
        content_type = mail_pictures.CONTENT_TYPES[kept.suffix[1:]]
        return FileResponse(kept, media_type=content_type, headers=headers)
    data, content_type = await drawing.beside(request, lambda: mail_pictures.make(file, cache, use))
    return Response(data, media_type=content_type, headers=headers)


def _stored(parts: Hub, path: str) -> tuple[Stored, Path]:
    """A file that the database names; nothing else is served, and from nowhere else.

    Raises NotFound.
    """
    stored = None
    if "\0" not in path:
        with parts.db.read() as tx:
            stored = listing.media(tx, path)
    folder = parts.settings.media.resolve()
    file = (folder / stored.path).resolve() if stored else folder
    if stored is None or not file.is_relative_to(folder) or not file.is_file():
        raise NotFound(NO_SUCH_FILE)
    return stored, file


def _holds(if_none_match: str, etag: str) -> bool:
    """RFC 9110 §13.1.2, compared weakly."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


ROUTES: list[BaseRoute] = [
    Route("/media/{path:path}/mail", media_for_mail),
    Route("/media/{path:path}/page", media_for_page),
    Route("/media/{path:path}/{width}.avif", width),
    Route("/media/{path:path}/{width}.webp", width),
    Route("/media/{path:path}", media),
]
