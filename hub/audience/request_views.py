"""The pages of a reader's own place: the link by mail, another address, the data, the way out."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub.audience import departures, own_links, requests, rules, store
from hub.audience.gates import arriving
from hub.audience.gates.model import Visit
from hub.audience.model import RequestKind
from hub.audience.requests import Found
from hub.db import Transaction
from hub.errors import Conflict, Refused
from hub.i18n import translate
from hub.mail import outbox
from hub.site.model import Site
from hub.web import client
from hub.web.forms import Form, form_view
from hub.web.pages import message, page
from hub.web.private_pages import left, own_path, private, unknown_link
from hub.web.state import hub

# What a form of this size holds is no address.
LARGEST = 20_000


def my_link(request: Request) -> Response:
    """ "Send me my link": the answer is the same whoever is on the list."""
    if request.method != "POST":
        return _my_link(request, Form(), shared=True)
    parts, form = hub(request), request.state.form
    try:
        email = rules.address(form.text("email"))
        with parts.db.write() as tx:
            requests.send_page(
                tx,
                email,
                visit=_visit(request, tx),
                network=client.network(client.address(request)),
                now=parts.now(),
            )
    except Refused as error:
        return _my_link(request, form, error=error)
    return private(page(request, "request_sent.html", kind="page", email=email, error=""))


def _visit(request: Request, tx: Transaction) -> Visit:
    """How a request came. No work is asked for: only who is on the list gets a mail, or has it
    sent to another address."""
    parts, form = hub(request), request.state.form
    found = arriving.visit(
        tx,
        {name: form.text(name) for name in arriving.FIELDS},
        request.headers,
        address=client.known_address(request),
        site=parts.site(),
        signer=parts.signer,
        now=parts.now(),
    )
    return replace(found, proof="unasked")


def _my_link(
    request: Request, form: Form, *, error: Refused | None = None, shared: bool = False
) -> Response:
    response = page(
        request,
        "my_link.html",
        status=error.status if error else 200,
        shared=shared,
        form=form,
        error=message(request, error.message, **error.values) if error else "",
    )
    return response if shared else private(response)


def ask(request: Request) -> Response:
    """From the preferences: a fresh link to data or erasure, or another address."""
    parts, form = hub(request), request.state.form
    with parts.db.read() as tx:
        reader = own_links.reader(tx, parts.signer, own_links.PAGE, request.path_params["token"])
    if reader is None:
        return unknown_link(request)
    number = reader.id
    kind, email = form.text("kind"), ""
    site = parts.site()
    try:
        with parts.db.write() as tx:
            if kind == "address":
                email = rules.address(form.text("email"))
                form_url = site.url("/preferences")
                found = requests.ask_to_move(
                    tx,
                    number,
                    email,
                    form_url=form_url,
                    visit=_visit(request, tx),
                    network=client.network(client.address(request)),
                    now=parts.now(),
                )
            elif kind == "data" or kind == "erase":
                found = requests.send_link(tx, number, kind, now=parts.now())
            else:
                return RedirectResponse(own_path(request, reader), status_code=303)
    except Conflict as error:
        said = translate(reader.language, error.message)
        return private(
            page(
                request,
                "request_sent.html",
                status=error.status,
                language=reader.language,
                kind=kind,
                email=reader.email,
                error=said,
            )
        )
    except Refused as error:
        return _refused_address(request, number, form, error)
    if found is None:
        return left(request, None)
    email = email or found.email
    return private(
        page(
            request, "request_sent.html", language=found.language, kind=kind, email=email, error=""
        )
    )


def _refused_address(request: Request, number: int, form: Form, error: Refused) -> Response:
    """The field by itself, with what was typed and what is wrong."""
    with hub(request).db.read() as tx:
        subscriber = store.get(tx, number)
    if subscriber is None:
        return left(request, None)
    language = subscriber.language
    return private(
        page(
            request,
            "new_address.html",
            status=error.status,
            language=language,
            subscriber=subscriber,
            form=form,
            error=translate(language, error.message, **error.values),
            preferences_url=own_path(request, subscriber),
        )
    )


def address(request: Request) -> Response:
    """Behind the link that went to the new address: GET shows a button, POST moves."""
    found = _found(request, "address")
    if found is None or found.state != "open" or request.method != "POST":
        return _behind(request, "address", found)
    parts = hub(request)
    with parts.db.write() as tx:
        moved = requests.move(tx, found.request.id, now=parts.now())
    return _behind(request, "address", moved, done=moved is not None and moved.state == "open")


def erase(request: Request) -> Response:
    """Behind the mailed link: GET shows a button, POST erases."""
    found = _found(request, "erase")
    if found is None or found.state != "open" or request.method != "POST":
        return _behind(request, "erase", found)
    parts = hub(request)
    with parts.db.write() as tx:
        erased = requests.erase(tx, found.request.id, now=parts.now())
    # Kept as files where no mail server is known.
    outbox.forget(parts.settings.outbox, erased.mailed if erased else ())
    return _behind(request, "erase", erased, done=erased is not None and erased.state == "open")


def data(request: Request) -> Response:
    """Behind the mailed link: GET shows two buttons and nothing of the reader, POST answers with
    the file; programs that follow links in mail read nothing."""
    found = _found(request, "data")
    if found is None or found.state != "open" or request.method != "POST":
        return _behind(request, "data", found)
    form = "csv" if request.state.form.text("format") == "csv" else "json"
    # What readers got is none of the list's business: app.py joins the two.
    body = request.app.state.dossier(request, found.subscriber, form)
    headers = {"content-disposition": f'attachment; filename="my-data.{form}"'}
    media = "text/csv" if form == "csv" else "application/json"
    return private(Response(body, headers=headers, media_type=media))


def why(request: Request) -> Response:
    """Why somebody left, if they like to say so."""
    parts, form = hub(request), request.state.form
    number = parts.signer.verify("why", request.path_params["token"])
    if number is None:
        return unknown_link(request)
    site = parts.site()
    with parts.db.read() as tx:
        subscriber = own_links.shown(tx, store.get(tx, number))
    if site.ask_why != "on":
        return left(request, subscriber, known=rules.has_page(subscriber))
    try:
        reason, words = departures.checked(form.text("reason"), form.text("words"))
    except Refused:
        return left(request, subscriber, known=rules.has_page(subscriber), ask=True)
    with parts.db.write() as tx:
        departures.answer(tx, number, reason, words, site=site, now=parts.now())
    return left(request, subscriber, known=rules.has_page(subscriber), thanked=True)


def _found(request: Request, kind: RequestKind) -> Found | None:
    """The mailed link; None for one that is not ours, and for one whose reader is gone."""
    parts = hub(request)
    number = parts.signer.verify(kind, request.path_params["token"])
    if number is None:
        return None
    with parts.db.read() as tx:
        return requests.look_up(tx, number, kind, now=parts.now())


def _behind(
    request: Request, kind: RequestKind, found: Found | None, *, done: bool = False
) -> Response:
    """What a mailed link shows: a button, what was done, or that it works no more."""
    state = "done" if done else found.state if found else "expired"
    site: Site = hub(request).site()
    return private(
        page(
            request,
            "own_link.html",
            status=200 if state in ("open", "done") else 410,
            language=found.subscriber.language if found else "",
            site=site,
            kind=kind,
            state=state,
            email=found.request.email if found else "",
        )
    )


ROUTES: list[BaseRoute] = [
    Route("/preferences", form_view(my_link, largest=LARGEST), methods=["GET", "POST"]),
    Route(
        "/preferences/address/{token}", form_view(address, largest=LARGEST), methods=["GET", "POST"]
    ),
    Route("/preferences/data/{token}", form_view(data, largest=LARGEST), methods=["GET", "POST"]),
    Route("/preferences/erase/{token}", form_view(erase, largest=LARGEST), methods=["GET", "POST"]),
    Route("/preferences/why/{token}", form_view(why, largest=LARGEST), methods=["POST"]),
    Route("/preferences/{token}/request", form_view(ask, largest=LARGEST), methods=["POST"]),
]
