"""The few scripts of desk and site: modules of our own, served as they are, kept for ever by
their address.

They load each other by their names in one folder, so that all of them change their address
together.
"""

import hashlib
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.errors import NotFound
from hub.i18n import N_
from hub.web.pages import mark_shared
from hub.web.theme_files import DEFAULT, SHIPPED

_FOLDER = SHIPPED / DEFAULT / "scripts"


@cache
def _scripts() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(_FOLDER.glob("*.js"))}


@cache
def folder() -> str:
    """Where the scripts are found; it changes with them."""
    digest = hashlib.sha256()
    for name, body in _scripts().items():
        digest.update(name.encode() + b"\0" + body)
    return f"/assets/{digest.hexdigest()[:16]}/scripts"


def script(request: Request) -> Response:
    """One module; an old address gives what is current too."""
    body = _scripts().get(request.path_params["script"])
    if body is None:
        raise NotFound(N_("There is no such page."))
    fresh = request.scope["path"].startswith(folder())
    lasting = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return mark_shared(
        Response(body, media_type="text/javascript", headers={"cache-control": lasting})
    )


ROUTES: list[BaseRoute] = [Route("/assets/{digest}/scripts/{script}", script)]
