"""Showing a message: its HTML in a frame of its own, from an address of its own, where nothing
runs and nothing is fetched from elsewhere."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.admin.pages import desk_page
from hub.errors import NotFound
from hub.i18n import N_
from hub.mail.reading import Message
from hub.web.security import CONTENT_SECURITY_POLICY

_FRAME = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' data:;"
    " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


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
) -> Response:
    """A page with headers, HTML (in a frame that shows the address `frame`) and text.

    `raw` is the address of the file, `test` the one that sends a test mail; empty: none.
    """
    response = desk_page(
        request,
        "admin/message.html",
        section=section,
        message=message,
        back=back,
        title=title,
        frame=frame,
        raw=raw,
        test=test,
    )
    response.headers["content-security-policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


def html_part(message: Message) -> Response:
    """The HTML of a message, for its frame; links open in a new tab."""
    if not message.html:
        raise NotFound(N_("This message has no HTML."))
    body = message.html.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(body, headers={"content-security-policy": _FRAME})
