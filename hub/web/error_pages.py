"""Errors as pages: what happened, in the reader's language, and a way on."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from hub import i18n, logs
from hub.errors import HubError, TooMany, Unavailable
from hub.i18n import N_
from hub.web.pages import page

_TEXTS = {
    404: N_("There is no such page."),
    405: N_("This address does not take that kind of request."),
    410: N_("This page was taken away by its owner."),
}

# Parts of addresses that say nothing of what somebody was looking for.
_SILENT = frozenset("posts topics authors archive index html htm php aspx page pages www".split())
_WORD = re.compile(r"[^\W\d_][^\W_]+")
_MOST_WORDS = 6
_LONGEST_WORD = 30


async def refused(request: Request, error: Exception) -> Response:
    """An error that the hub raised on purpose."""
    assert isinstance(error, HubError)
    if error.status >= 500:
        logs.warning("request.unavailable", status=error.status, path=_route(request))
    return await _page(request, error.status, error.message, error.values, _retry(error))


async def http_error(request: Request, error: Exception) -> Response:
    """An error of the router: no such address, or not this method."""
    assert isinstance(error, HTTPException)
    text = _TEXTS.get(error.status_code, N_("This did not work."))
    return await _page(request, error.status_code, text, {}, dict(error.headers or {}))


async def broken_off(request: Request, error: Exception) -> Response:
    """Whoever sent something went away in the middle of it; nobody reads the answer."""
    logs.event("request.broken_off", path=_route(request))
    return Response(status_code=400)


async def crashed(request: Request, error: Exception) -> Response:
    """A fault of the hub. The traceback goes to the log, a calm page to the reader."""
    logs.failure("request.failed", path=_route(request), error=type(error).__name__)
    return await _page(request, 500, N_("Something went wrong on our side."), {}, {})


async def _page(
    request: Request,
    status: int,
    text: str,
    values: Mapping[str, object],
    headers: Mapping[str, str],
) -> Response:
    try:
        response = await run_in_threadpool(_render, request, status, text, values)
    except Unavailable:
        # Not even the site's name can be read: the words alone.
        response = PlainTextResponse(text % values if values else text, status_code=status)
    except Exception:  # noqa: BLE001  # whatever is broken, an answer goes out
        logs.failure("error_page.failed", status=status)
        response = PlainTextResponse(text % values if values else text, status_code=status)
    response.headers.update(headers)
    return response


def _render(request: Request, status: int, text: str, values: Mapping[str, object]) -> Response:
    site = request.app.state.hub.site()
    shown = i18n.translate(site.language, text, **values)
    return page(
        request,
        "error.html",
        status=status,
        site=site,
        error_text=shown,
        error_status=status,
        query=words_of(request.scope["path"]) if status in (404, 410) else "",
    )


def words_of(path: str) -> str:
    """What somebody may have been looking for at an address where nothing is: words for search.

    Long runs of letters are no words but marks of a link to one person, and are left out.
    """
    found = dict.fromkeys(
        word
        for word in _WORD.findall(path[:500])
        if len(word) <= _LONGEST_WORD and word.lower() not in _SILENT
    )
    return " ".join(list(found)[-_MOST_WORDS:])


def _retry(error: HubError) -> dict[str, str]:
    """RFC 9110 §10.2.3, in seconds: a database comes back at once, what is too many in an hour."""
    if isinstance(error, TooMany):
        return {"retry-after": "3600"}
    return {"retry-after": "5"} if isinstance(error, Unavailable) else {}


def _route(request: Request) -> str:
    """The pattern of the address, not the address: that may hold a token."""
    route = request.scope.get("route")
    return str(getattr(route, "path", "unrouted"))


Handler = Callable[[Request, Exception], Awaitable[Response]]
HANDLERS: Mapping[Any, Handler] = {
    HubError: refused,
    HTTPException: http_error,
    ClientDisconnect: broken_off,
    Exception: crashed,
}
