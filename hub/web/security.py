"""Headers on every answer, and the same-origin rule for everything that changes something."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.web.state import Hub

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
# RFC 8058: a mail program presses "unsubscribe" from nowhere. Its link is a signed one; and so are
# the requests of mail providers.
EXEMPT_PREFIXES = ("/unsubscribe/", "/webhooks/")
# What a form on another site may do, if the owner lists that site: ask for the newsletter. It
# needs no cookie, and a stranger could type the address into our own page too.
OPEN_TO_OTHERS = "/subscribe"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]
# Public pages run no script and hold nothing of a person, and every header costs something on a
# cached answer: these are for pages behind the log-in.
_DESK = [
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), interest-cohort=()"),
]
_DESK_PATHS = ("/admin", "/setup")
_HSTS = (b"strict-transport-security", b"max-age=31536000")


class SecurityHeaders:
    """ASGI middleware: adds the headers that an answer does not set itself."""

    def __init__(self, app: ASGIApp, *, hub: Hub) -> None:
        self._app = app
        self._hub = hub
        self.refresh()

    def refresh(self) -> None:
        """Look whether the site has https (again): it may have moved. Callable from any thread."""
        headers = [*_ALWAYS, (b"content-security-policy", CONTENT_SECURITY_POLICY.encode())]
        if self._hub.site().base_url.startswith("https:"):
            headers.append(_HSTS)
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name for name, _ in given}
                due = self._headers + (_DESK if scope["path"].startswith(_DESK_PATHS) else [])
                given += [header for header in due if header[0] not in names]
                message = {**message, "headers": given}
            await send(message)

        await self._app(scope, receive, with_headers)


# In front of themes and database; whoever sees it pressed a button on another site, and is a reader
# as a rule.
_REFUSED = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Refused</title>
<p>This request came from another site and was refused. <a href="/subscribe">Subscribe here</a>.</p>
<p lang="fr">Cette demande venait d’un autre site et a été refusée.
<a href="/subscribe">Abonnez-vous ici</a>.</p>
</html>
""".encode()


class SameOrigin:
    """ASGI middleware against cross-site request forgery, without tokens.

    Browsers say where a request comes from. Sec-Fetch-Site decides where it is sent: only
    `same-origin` and `none` may change something. Without it the Origin must be ours. A
    request with neither comes from no browser, so no browser's cookies can be abused by it.
    `POST /subscribe` alone is open to the origins that the owner lists, letter for letter as
    browsers write them (RFC 6454 §6).
    """

    def __init__(self, app: ASGIApp, *, hub: Hub) -> None:
        self._app = app
        self._hub = hub
        self.refresh()

    def refresh(self) -> None:
        """Look which other sites may hold the form. Callable from any thread."""
        self._others = frozenset(origin.encode() for origin in self._hub.site().form_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._allowed(scope):
            body = _REFUSED
            headers = [
                (b"content-type", b"text/html; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
            ]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        await self._app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        if scope["method"] in SAFE_METHODS or scope["path"].startswith(EXEMPT_PREFIXES):
            return True
        if self._is_form_of_others(scope):
            return True
        headers = dict(scope["headers"])
        if site := headers.get(b"sec-fetch-site"):
            return site in (b"same-origin", b"none")
        if (origin := headers.get(b"origin")) is None:
            return True
        return self._is_ours(origin.decode("latin-1"), headers.get(b"host", b"").decode("latin-1"))

    def _is_form_of_others(self, scope: Scope) -> bool:
        if scope["method"] != "POST" or scope["path"] != OPEN_TO_OTHERS:
            return False
        origins = [value for name, value in scope["headers"] if name == b"origin"]
        return len(origins) == 1 and origins[0] in self._others

    def _is_ours(self, origin: str, host: str) -> bool:
        if origin == "null":
            return False
        try:
            place = urlsplit(origin).netloc
        except ValueError:  # brackets that are no IPv6 address
            return False
        return place == host or origin == self._hub.settings.base_url
