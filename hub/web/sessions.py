"""The cookie that keeps somebody logged in: `__Host-hub` behind https, `hub` on plain http."""

from starlette.requests import Request
from starlette.responses import Response

from hub.site.model import Site
from hub.users import devices, sessions
from hub.users.model import User
from hub.web.state import hub

_SECURE_NAME = "__Host-hub"
_PLAIN_NAME = "hub"


def user(request: Request) -> User | None:
    """Who is logged in, or None. Reads the database."""
    parts = hub(request)
    token = token_of(request)
    if not token:
        return None
    with parts.db.read() as tx:
        return sessions.user_of(tx, token, parts.now())


def begin(request: Request, response: Response, somebody: User) -> None:
    """Log somebody in with a new session; the one that the browser brought ends."""
    parts = hub(request)
    with parts.db.write() as tx:
        if old := token_of(request):
            sessions.end(tx, old)
        device = devices.named(request.headers.get("user-agent", ""))
        token = sessions.begin(tx, somebody, parts.now(), device=device)
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
    if token := token_of(request):
        with parts.db.write() as tx:
            sessions.end(tx, token)
    name = cookie_name(parts.site())
    response.delete_cookie(
        name, path="/", secure=name == _SECURE_NAME, httponly=True, samesite="lax"
    )


def cookie_name(site: Site) -> str:
    """Behind https the plain name counts for nothing: anybody on the way could have set it."""
    return _SECURE_NAME if site.base_url.startswith("https:") else _PLAIN_NAME


def token_of(request: Request) -> str:
    """The token that the browser brought; empty without one."""
    return request.cookies.get(cookie_name(hub(request).site()), "")
