"""The cookie that keeps somebody logged in: `__Host-hub` behind https, `hub` on plain http."""

from starlette.requests import Request
from starlette.responses import Response

from hub.site.model import Site
from hub.users import sessions
from hub.users.model import User
from hub.web.state import hub

_SECURE_NAME = "__Host-hub"
_PLAIN_NAME = "hub"


def user(request: Request) -> User | None:
    """Who is logged in, or None. Reads the database."""
    parts = hub(request)
    token = _token(request)
    if not token:
        return None
    with parts.db.read() as tx:
        return sessions.user_of(tx, token, parts.now())


def begin(request: Request, response: Response, somebody: User) -> None:
    """Log somebody in with a new session; the one that the browser brought ends."""
    parts = hub(request)
    with parts.db.write() as tx:
        if old := _token(request):
            sessions.end(tx, old)
        token = sessions.begin(tx, somebody, parts.now())
    secure = _is_https(parts.site())
    response.set_cookie(
        _SECURE_NAME if secure else _PLAIN_NAME,
        token,
        max_age=int(sessions.LIFETIME.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def end(request: Request, response: Response) -> None:
    """Log out: the session ends here, and the browser forgets its cookie."""
    parts = hub(request)
    if token := _token(request):
        with parts.db.write() as tx:
            sessions.end(tx, token)
    secure = _is_https(parts.site())
    response.delete_cookie(
        _SECURE_NAME if secure else _PLAIN_NAME,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def _token(request: Request) -> str:
    # Behind https the plain name counts for nothing: anybody on the way could have set it.
    name = _SECURE_NAME if _is_https(hub(request).site()) else _PLAIN_NAME
    return request.cookies.get(name, "")


def _is_https(site: Site) -> bool:
    return site.base_url.startswith("https:")
