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
    name = cookie_name(parts.site())
    response.set_cookie(
        name,
        token,
        max_age=int(sessions.LIFETIME.total_seconds()),
        path="/",
        secure=name == _SECURE_NAME,
        httponly=True,
        samesite="lax",
    )


def end(request: Request, response: Response) -> None:
    """Log out: the session ends here, and the browser forgets its cookie."""
    parts = hub(request)
    if token := _token(request):
        with parts.db.write() as tx:
            sessions.end(tx, token)
    name = cookie_name(parts.site())
    response.delete_cookie(
        name, path="/", secure=name == _SECURE_NAME, httponly=True, samesite="lax"
    )


def cookie_name(site: Site) -> str:
    """Behind https the plain name counts for nothing: anybody on the way could have set it."""
    return _SECURE_NAME if site.base_url.startswith("https:") else _PLAIN_NAME


def _token(request: Request) -> str:
    return request.cookies.get(cookie_name(hub(request).site()), "")
