"""Showing a message: its HTML in a frame of its own, from an address of its own, where nothing
runs and nothing is fetched from elsewhere."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.admin import color_schemes
from hub.admin.pages import desk_page
from hub.errors import NotFound
from hub.i18n import LANGUAGES, N_
from hub.mail.reading import Message
from hub.web.security import CONTENT_SECURITY_POLICY

_FRAME = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' data:;"
    " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

KINDS = {"light": N_("Light"), "dark": N_("Dark"), "text": N_("Plain text")}
WIDTHS = {"fitted": N_("As wide as here"), "phone": N_("Phone"), "computer": N_("Computer")}
# Gmail hides what comes after so much HTML behind a link.
CLIPPED_AT = 102_400


@dataclass(frozen=True, slots=True)
class Trial:
    """A mail that is not sent yet: in which language it is shown, how large its HTML is (bytes),
    and what its owner should know of it. `path` is the address of its page.
    `refused` says why a test of it was not sent to the address that was `typed`."""

    path: str
    language: str
    size: int
    remarks: tuple[str, ...] = ()
    typed: str = ""
    refused: str = ""

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        """Code, name and address of each language that readers use."""
        return [(code, name, f"{self.path}?language={code}") for code, name in LANGUAGES.items()]

    @property
    def clipped_at(self) -> int:
        return CLIPPED_AT

    @property
    def is_clipped(self) -> bool:
        return self.size > CLIPPED_AT


@dataclass(frozen=True, slots=True)
class View:
    """How a message is looked at: `kind` is `light`, `dark` or `text`, `width` that of the frame.

    `path` is the address of the page, `frame` that of its HTML, `kept` what both are asked for.
    """

    kind: str
    width: str
    path: str
    frame: str
    kept: tuple[tuple[str, str], ...]

    @property
    def kinds(self) -> list[tuple[str, str, str]]:
        """Name, words and address of each kind."""
        return [(name, words, self._address(name, self.width)) for name, words in KINDS.items()]

    @property
    def widths(self) -> list[tuple[str, str, str]]:
        """Name, words and address of each width."""
        return [(name, words, self._address(self.kind, name)) for name, words in WIDTHS.items()]

    @property
    def source(self) -> str:
        """The address of what the frame shows."""
        return f"{self.frame}?{urlencode([*self.kept, ('look', self.kind)])}"

    def _address(self, kind: str, width: str) -> str:
        return f"{self.path}?{urlencode([*self.kept, ('view', kind), ('width', width)])}#mail"


def asked_view(request: Request, path: str, frame: str, language: str = "") -> View:
    """What the address of a page asks for: by light, as wide as there is room."""
    kind, width = (request.query_params.get(name, "") for name in ("view", "width"))
    return View(
        kind if kind in KINDS else "light",
        width if width in WIDTHS else "fitted",
        path,
        frame,
        (("language", language),) if language else (),
    )


def asked_language(request: Request, default: str) -> str:
    """The language that the address asks for."""
    language = request.query_params.get("language", "")
    return language if language in LANGUAGES else default


def message_page(
    request: Request,
    message: Message,
    *,
    section: str,
    back: str,
    title: str,
    frame: str,
    raw: str = "",
    test: str = "",
    trial: Trial | None = None,
    template: str = "admin/message.html",
    status: int = 200,
    **context: object,
) -> Response:
    """A page with headers, and HTML (in a frame that shows the address `frame`) or text.

    `raw` is the address of the file, `test` the one that sends a test mail; empty: none.
    `trial` is given for a mail that is not sent yet; `template` extends admin/message.html.
    """
    path = trial.path if trial else request.url.path
    view = asked_view(request, path, frame, trial.language if trial else "")
    response = desk_page(
        request,
        template,
        section=section,
        status=status,
        message=message,
        back=back,
        title=title,
        view=view,
        raw=raw,
        test=test,
        trial=trial,
        **context,
    )
    return with_frame(response)


def with_frame(response: Response) -> Response:
    """A page that shows a frame of this site."""
    response.headers["content-security-policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


def html_part(request: Request, message: Message) -> Response:
    """The HTML of a message, for its frame, as the address asks for it; links open in a new tab."""
    if not message.html:
        raise NotFound(N_("This message has no HTML."))
    scheme = color_schemes.named(request.query_params.get("look", ""))
    body = color_schemes.seen(message.html, scheme)
    body = body.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(body, headers={"content-security-policy": _FRAME})
