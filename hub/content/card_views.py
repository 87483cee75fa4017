"""/assets/…/cards/…: the cards of articles and of the site, drawn once and kept on the disk."""

from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from hub import logs
from hub.content import card_drawing, cards, files, store
from hub.content.cards import Card
from hub.errors import NotFound, Unavailable
from hub.i18n import N_
from hub.web import drawing
from hub.web.state import hub

_FOR_EVER = "public, max-age=31536000, immutable"
_LONGEST_ID = 15


async def card(request: Request) -> Response:
    """The card of a published post, or of the site, as it is now."""
    found = await run_in_threadpool(_wanted, request)
    # An old address gives what is current too, to those who kept it.
    fresh = found.card.digest == request.path_params["digest"]
    headers = {
        "cache-control": _FOR_EVER if fresh else "no-cache",
        "etag": f'"{found.card.digest}"',
    }
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if not found.kept.exists() and (unkept := await drawing.beside(request, found.draw)):
        return Response(unkept, media_type="image/png", headers=headers)
    return FileResponse(found.kept, media_type="image/png", headers=headers)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A card: `name` is that of its post; each post has a folder in `cache`."""

    card: Card
    name: str
    cache: Path
    media: Path

    @property
    def path(self) -> str:
        return f"cards/{self.name}/{self.card.digest}.png"

    @property
    def kept(self) -> Path:
        return self.cache / self.path

    def draw(self) -> bytes:
        """Draw it and keep it instead of older ones; its bytes when they cannot be kept."""
        if self.kept.exists():
            return b""  # somebody else's wish came first
        data = card_drawing.draw(self.card, self.media)
        try:
            files.save(self.cache, self.path, data)
        except Unavailable as error:
            logs.warning("card.not_kept", reason=type(error).__name__)
            return data
        for old in self.kept.parent.glob("*.png"):
            if old != self.kept:
                old.unlink(missing_ok=True)
        return b""


def _wanted(request: Request) -> _Wanted:
    parts = hub(request)
    name: str = request.path_params["name"]
    site = parts.site()
    if name == "site":
        found = cards.of_site(site)
    else:
        known = name.isascii() and name.isdigit() and len(name) <= _LONGEST_ID
        with parts.db.read() as tx:
            post = store.by_id(tx, int(name)) if known else None
        if post is None or post.status != "published" or name != str(post.id):
            raise NotFound(N_("There is no such file."))
        found = cards.of_post(site, post)
    return _Wanted(found, name, parts.settings.cache, parts.settings.media)


ROUTES: list[BaseRoute] = [Route("/assets/{digest}/cards/{name}.png", card)]
