"""Showing a message: its HTML in a frame of its own, from an address of its own, where nothing
runs and nothing is fetched from elsewhere."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.admin.pages import desk_page
from hub.errors import NotFound
from hub.i18n import LANGUAGES, N_
from hub.mail.reading import Message
from hub.web.security import CONTENT_SECURITY_POLICY

_FRAME = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' data:;"
    " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

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
    """A page with headers, HTML (in a frame that shows the address `frame`) and text.

    `raw` is the address of the file, `test` the one that sends a test mail; empty: none.
    `trial` is given for a mail that is not sent yet; `template` extends admin/message.html.
    """
    response = desk_page(
        request,
        template,
        section=section,
        status=status,
        message=message,
        back=back,
        title=title,
        frame=frame,
        raw=raw,
        test=test,
        trial=trial,
        **context,
    )
    response.headers["content-security-policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


def html_part(message: Message) -> Response:
    """The HTML of a message, for its frame; links open in a new tab."""
    if not message.html:
        raise NotFound(N_("This message has no HTML."))
    body = message.html.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(body, headers={"content-security-policy": _FRAME})
