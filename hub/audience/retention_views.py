"""Where the question of a silent reader is answered, and the receipt of a reader's consent."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from hub.audience import own_links, receipts, retention, rules
from hub.web.pages import page
from hub.web.private_pages import left, own_path, private, unknown_link
from hub.web.state import hub


def stay(request: Request) -> Response:
    """GET shows a button and changes nothing; POST stays."""
    parts = hub(request)
    number = parts.signer.verify(retention.STAY, request.path_params["token"])
    if number is None:
        return unknown_link(request)
    site = parts.site()
    stayed = request.method == "POST"
    if stayed:
        with parts.db.write() as tx:
            subscriber = retention.stay(tx, number, site=site, now=parts.now())
    else:
        with parts.db.read() as tx:
            subscriber = retention.find(tx, number)
    with parts.db.read() as tx:
        subscriber = own_links.shown(tx, subscriber)
    if subscriber is None or subscriber.status != "active":
        return left(request, subscriber, known=rules.has_page(subscriber))
    return private(
        page(
            request,
            "stay.html",
            language=subscriber.language,
            site=site,
            subscriber=subscriber,
            stayed=stayed,
            months=site.retention_months,
            unsubscribe_url="/unsubscribe/" + parts.signer.sign("unsubscribe", subscriber.id),
            preferences_url=own_path(request, subscriber),
        )
    )


def receipt(request: Request) -> Response:
    """What a reader agreed to, as a text file."""
    parts = hub(request)
    token = request.path_params["token"]
    with parts.db.read() as tx:
        whose = own_links.reader(tx, parts.signer, receipts.LINK, token)
        found = receipts.of(tx, whose.id, site=parts.site(), now=parts.now()) if whose else None
    if found is None:
        return unknown_link(request)
    answer = PlainTextResponse(receipts.as_text(found, found.language))
    answer.headers["content-disposition"] = 'attachment; filename="consent.txt"'
    answer.headers["x-robots-tag"] = "noindex"
    return private(answer)


ROUTES: list[BaseRoute] = [
    Route("/stay/{token}", stay, methods=["GET", "POST"]),
    Route("/receipt/{token}", receipt),
]
