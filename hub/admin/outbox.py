"""The outbox: mail that was written to files instead of being sent, to try everything out."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.mail_view import html_part, message_page
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.mail import in_force, reading
from hub.web.state import hub

PER_PAGE = 50


def messages(request: Request) -> Response:
    """What was written, newest first."""
    settings = hub(request).settings
    with hub(request).db.read() as tx:
        way = in_force.way(tx, settings)
    found = reading.newest(
        settings.outbox, before=request.query_params.get("before", ""), limit=PER_PAGE + 1
    )
    return desk_page(
        request,
        "admin/outbox.html",
        section="outbox",
        found=found[:PER_PAGE],
        older=found[PER_PAGE - 1].name if len(found) > PER_PAGE else "",
        first="before" not in request.query_params,
        in_use=not way.relays,
    )


def message(request: Request) -> Response:
    """One message, as it was sent."""
    name = request.path_params["name"]
    found = reading.parse(reading.raw(hub(request).settings.outbox, name))
    return message_page(
        request,
        found,
        section="outbox",
        back="/admin/outbox",
        title=found.subject,
        frame=f"/admin/outbox/{name}/html",
        raw=f"/admin/outbox/{name}/raw",
    )


def message_html(request: Request) -> Response:
    content = reading.raw(hub(request).settings.outbox, request.path_params["name"])
    return html_part(request, reading.parse(content))


def message_raw(request: Request) -> Response:
    """The file itself, to be opened in a mail program."""
    name = request.path_params["name"]
    content = reading.raw(hub(request).settings.outbox, name)
    return Response(
        content,
        media_type="message/rfc822",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


ROUTES = [
    DeskRoute("/admin/outbox", messages, needs=Needs.OWNER),
    DeskRoute("/admin/outbox/{name}", message, needs=Needs.OWNER),
    DeskRoute("/admin/outbox/{name}/html", message_html, needs=Needs.OWNER),
    DeskRoute("/admin/outbox/{name}/raw", message_raw, needs=Needs.OWNER),
]
