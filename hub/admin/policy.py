"""Who may use which address of the desk: decided here, once, for every route.

Every route of the desk is a DeskRoute, which names what it needs. A visitor who reads is
sent to the log-in page; one who writes gets what was typed back, to send it again after
logging in.
"""

import shutil
import tempfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import anyio.to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hub import journal, logs
from hub.admin.pages import bare_page
from hub.errors import HubError, NotAllowed
from hub.i18n import N_
from hub.users.model import User
from hub.web import client, sessions
from hub.web.forms import LARGEST_BODY, View, let_pass, read_form
from hub.web.pages import message
from hub.web.state import hub


class Needs(StrEnum):
    """What a route asks of whoever comes."""

    NOTHING = "nothing"  # the log-in page, the ways back in, set-up by its link
    EDITOR = "editor"  # whoever writes: editors and owners
    OWNER = "owner"


Method = Literal["GET", "POST"]


class DeskRoute(Route):
    """A route of the desk. `view` is a plain function; it runs in the thread pool with
    `request.state.user` (None only for NOTHING) and, for POST, `request.state.form`, which is
    read after the check, up to `largest` bytes; `uploads` bytes of files beside them, without those
    that do not fit; `to_disk` for uploads that may be larger than memory, which the view moves to
    where they stay. `slow` views (they render, or read pictures)
    have threads of their own, so that none that answers readers waits with them; and so have those
    that `wait` for servers elsewhere. Answers are never stored by a browser. A script that accepts
    JSON gets what is refused as `{"reason": "…"}`."""

    def __init__(
        self,
        path: str,
        view: View,
        *,
        needs: Needs,
        methods: Sequence[Method] = ("GET",),
        largest: int = LARGEST_BODY,
        uploads: int | None = None,
        to_disk: bool = False,
        slow: bool = False,
        waits: bool = False,
    ) -> None:
        self.needs = needs
        self._view = view
        self._largest = largest
        self._uploads = uploads
        self._to_disk = to_disk
        self._limiter = "slow_threads" if slow else "waiting_threads" if waits else ""
        super().__init__(path, self._answer, methods=list(methods), name=view.__name__)

    async def _answer(self, request: Request) -> Response:
        try:
            response = await self._checked(request)
        except HubError as error:
            response = await run_in_threadpool(_refusal, request, error)
        response.headers.setdefault("cache-control", "no-store")
        return response

    async def _checked(self, request: Request) -> Response:
        user = await run_in_threadpool(sessions.user, request)
        request.state.user = user
        if self.needs is not Needs.NOTHING:
            if user is None:
                return await _ask_to_log_in(request, self._largest, self._uploads)
            if not allowed(user, self.needs):
                raise NotAllowed(N_("Only an owner of this hub can do this."))
        if request.method != "POST":
            return await self._run(request)
        if not self._to_disk:
            request.state.form = await read_form(
                request, largest=self._largest, uploads=self._uploads
            )
            return await self._run(request)
        folder = await run_in_threadpool(_incoming, request)
        try:
            request.state.form = await read_form(request, largest=self._largest, folder=folder)
            return await self._run(request)
        finally:
            await run_in_threadpool(shutil.rmtree, folder, ignore_errors=True)

    async def _run(self, request: Request) -> Response:
        with journal.acting(actor(request)):
            if self._limiter:
                limiter = getattr(request.app.state, self._limiter)
                return await anyio.to_thread.run_sync(self._view, request, limiter=limiter)
            return await run_in_threadpool(self._view, request)


def allowed(user: User, needs: Needs) -> bool:
    """Whether this account may use a route that needs `needs`."""
    return needs is not Needs.OWNER or user.is_owner


def actor(request: Request) -> journal.Actor | None:
    """Who does what this request asks for, as the log of changes names them."""
    user: User | None = request.state.user
    return journal.user(user.id, user.name or user.email, hub(request).now()) if user else None


def _incoming(request: Request) -> Path:
    """A folder for what is being uploaded, on the disk where it stays."""
    place = hub(request).settings.imports
    place.mkdir(mode=0o700, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=".incoming-", dir=place))


def _refusal(request: Request, error: HubError) -> Response:
    if error.status >= 500:
        logs.warning("request.unavailable", status=error.status, path=request.scope["route"].path)
    text = message(request, error.message, **error.values)
    if _by_script(request):
        return JSONResponse({"reason": text}, status_code=error.status)
    return bare_page(request, "admin/refused.html", status=error.status, text=text)


async def _ask_to_log_in(request: Request, largest: int, uploads: int | None) -> Response:
    if request.method != "POST":
        return RedirectResponse(_login_address(request), status_code=303)
    if _by_script(request):
        # A browser that is answered while it sends takes that for a lost connection.
        await let_pass(request, largest)
        raise NotAllowed(N_("You are logged out: log in in another tab."))
    # A file must be chosen again; what was typed around it comes back.
    form = await read_form(
        request,
        largest=LARGEST_BODY,
        uploads=None if uploads is None else 0,
        most_read=LARGEST_BODY + (uploads or 0),
    )
    typed = [
        (name, value)
        for name, values in form.values.items()
        for value in values
        if "password" not in name
    ]
    return await run_in_threadpool(
        bare_page, request, "admin/expired.html", status=403, typed=typed
    )


def _by_script(request: Request) -> bool:
    return request.headers.get("accept", "") == "application/json"


def _login_address(request: Request) -> str:
    query = request.scope["query_string"].decode(errors="replace")
    wanted = client.opened(request).path + (f"?{query}" if query else "")
    return "/admin/login" if wanted == "/admin" else f"/admin/login?next={quote(wanted, safe='')}"
