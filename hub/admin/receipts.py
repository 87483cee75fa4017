"""Receipts of consent at the desk: a page to print, a text, a JSON document."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.audience import receipts
from hub.audience.receipts import Receipt
from hub.errors import NotFound
from hub.i18n import N_
from hub.web.state import hub


def receipt(request: Request) -> Response:
    found = _found(request)
    return desk_page(
        request,
        "admin/receipt.html",
        section="subscribers",
        text=receipts.as_text(found, hub(request).site().language),
        person_id=request.path_params["id"],
        email=found.email,
    )


def receipt_txt(request: Request) -> Response:
    text = receipts.as_text(_found(request), hub(request).site().language)
    return _file(PlainTextResponse(text), "txt", request)


def receipt_json(request: Request) -> Response:
    return _file(JSONResponse(receipts.as_document(_found(request))), "json", request)


def _found(request: Request) -> Receipt:
    parts = hub(request)
    with parts.db.read() as tx:
        found = receipts.of(tx, request.path_params["id"], site=parts.site(), now=parts.now())
    if found is None:
        raise NotFound(N_("There is no such subscriber."))
    return found


def _file(response: Response, ending: str, request: Request) -> Response:
    name = f"consent-{request.path_params['id']}.{ending}"
    response.headers["content-disposition"] = f'attachment; filename="{name}"'
    return response


_ONE = "/admin/subscribers/{id:int}"
ROUTES = [
    DeskRoute(f"{_ONE}/receipt", receipt, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/receipt.txt", receipt_txt, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/receipt.json", receipt_json, needs=Needs.OWNER),
]
