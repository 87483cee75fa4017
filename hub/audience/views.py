"""The pages of the list: sign up, confirm, leave, choose."""

from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub import tokens
from hub.audience import (
    approval,
    consent,
    invitations,
    membership,
    own_links,
    receipts,
    rules,
    signup,
    store,
)
from hub.audience.approval import Waiting
from hub.audience.gates import arriving, proof
from hub.audience.gates.model import Visit
from hub.audience.invitations import Invitation
from hub.audience.model import CADENCES, NOBODY, Preferences, Subscriber, Wish
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import LANGUAGES, N_, translate
from hub.site.model import Site
from hub.web import client
from hub.web.forms import Form, form_view
from hub.web.pages import page, quoted
from hub.web.private_pages import left, link_of_a_test, own_path, private, unknown_link
from hub.web.state import hub

_LONGEST_URL = 300


def subscribe(request: Request) -> Response:
    """The form, and what it sends: the answer is the same whoever is on the list."""
    site = hub(request).site()
    if site.signup_mode == "closed":
        return _by_invitation(request, site)
    if request.method == "POST":
        return _sign_up(request)
    # A form that says when it was shown is not the same for everybody.
    return _form_page(request, site, Form(), shared=not site.form_seconds)


def _by_invitation(request: Request, site: Site) -> Response:
    """The list is closed: in the owner's words, and nothing that was sent is taken."""
    response = page(
        request,
        "by_invitation.html",
        status=403 if request.method == "POST" else 200,
        shared=request.method != "POST",
        site=site,
        words=approval.closed_text(site, site.language),
    )
    return private(response) if request.method == "POST" else response


def _sign_up(request: Request, invitation: Invitation | None = None) -> Response:
    """What was sent by the form, that of an invitation or the open one."""
    parts, form = hub(request), request.state.form
    site = parts.site()
    try:
        wish = _wish(form, site)
        form_url = _form_url(request, site)
        with parts.db.write() as tx:
            visit = _visit(request, tx, site)
            once_more = visit.proof == "missing" and not form.flag("again")
            if not once_more:
                signup.sign_up(
                    tx,
                    wish,
                    consent.shown(tx, site, form.text("consent"), _form_language(form, site)),
                    form_url=form_url,
                    source=_source(form_url, site),
                    network=client.network(client.address(request)),
                    now=parts.now(),
                    offered=site.topics_offered,
                    visit=visit,
                    invitation=invitation,
                )
    except Refused as error:
        return _form_page(request, site, form, error=error, invitation=invitation)
    if once_more:
        return _form_page(request, site, form, again=True, invitation=invitation)
    return private(
        page(
            request,
            "check_mail.html",
            language=_form_language(form, site),
            site=site,
            email=wish.email,
        )
    )


def _visit(request: Request, tx: Transaction, site: Site) -> Visit:
    parts, form = hub(request), request.state.form
    return arriving.visit(
        tx,
        {name: form.text(name) for name in arriving.FIELDS},
        request.headers,
        address=client.known_address(request),
        site=site,
        signer=parts.signer,
        now=parts.now(),
    )


def challenge(request: Request) -> Response:
    """The small sum that a browser does before a sign-up (ALTCHA's JSON)."""
    parts = hub(request)
    if parts.site().proof_of_work != "on":
        raise NotFound(N_("There is no such page."))
    return private(JSONResponse(proof.challenge(parts.signer, now=parts.now())))


def _wish(form: Form, site: Site) -> Wish:
    return Wish(
        email=rules.address(form.text("email")),
        name=rules.clean_name(form.text("name")),
        cadence=rules.cadence(form.text("cadence")),
        topics=rules.topics_among(form.all("topics"), site.topics_offered),
        language=rules.language(form.text("language"), site.language),
    )


def _form_language(form: Form, site: Site) -> str:
    """The language in which the form spoke: the site's, unless one on another site says so."""
    return rules.language(form.text("form_language"), site.language)


def _form_page(
    request: Request,
    site: Site,
    form: Form,
    *,
    error: Refused | None = None,
    again: bool = False,
    shared: bool = False,
    invitation: Invitation | None = None,
) -> Response:
    """The form with what was typed, and the message beside the field that it belongs to."""
    language = _form_language(form, site)
    agreed = consent.consent_text(site, language)
    parts = hub(request)
    fresh = arriving.stamp(parts.signer, parts.now()) if site.form_seconds else ""
    response = page(
        request,
        "invite.html" if invitation else "subscribe.html",
        status=error.status if error else 200,
        shared=shared,
        language=language,
        site=site,
        action=invitation.path if invitation else "/subscribe",
        words=invitation.words if invitation else "",
        form=form,
        consent=agreed.text,
        consent_version=agreed.version,
        cadences=CADENCES,
        topics=request.app.state.offered_topics(request, site),
        languages=LANGUAGES,
        stamp=form.text(arriving.SHOWN) or fresh,
        again=again,
        error=translate(language, error.message, **error.values) if error else "",
        error_field=error.field if error else "",
    )
    return response if shared else private(response)


def _form_url(request: Request, site: Site) -> str:
    """The page that held the form, as the browser names it: one of this site, or of another that
    the owner lists. Often that is all that a browser says of another site: its first page."""
    for said in (request.headers.get("referer", ""), request.headers.get("origin", "")):
        try:
            parts = urlsplit(said)
        except ValueError:  # brackets that are no IPv6 address
            continue
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin == site.base_url and said != origin:
            return site.url(parts.path)[:_LONGEST_URL]
        if origin in site.form_origins:
            return (origin + quoted(parts.path or "/"))[:_LONGEST_URL]
    return site.url("/subscribe")


def _source(form_url: str, site: Site) -> str:
    """`form`, or `form harbour.example` for one on another site."""
    host = urlsplit(form_url).netloc
    return signup.FORM if host == urlsplit(site.base_url).netloc else f"{signup.FORM} {host}"


def confirm(request: Request) -> Response:
    """GET shows a button and changes nothing; POST confirms."""
    parts = hub(request)
    number = parts.signer.verify("confirm", request.path_params["token"])
    if number is None:
        return unknown_link(request)
    now = parts.now()
    site = parts.site()
    if request.method == "POST":
        with parts.db.write() as tx:
            link = signup.confirm(tx, number, now=now, welcome=site.welcome_mail == "on", site=site)
            waiting = approval.of_subscriber(tx, link.subscriber.id) if link else None
    else:
        with parts.db.read() as tx:
            link = signup.look_up(tx, number, now=now)
            waiting = approval.of_subscriber(tx, link.subscriber.id) if link else None
    if waiting is not None:
        return _waiting_page(request, site, waiting)
    if link is None or link.state == "expired":
        language = link.subscriber.language if link else ""
        return private(page(request, "confirm_expired.html", status=410, language=language))
    if link.state == "open" and request.method != "POST":
        return private(
            page(
                request,
                "confirm.html",
                language=link.subscriber.language,
                site=site,
                subscriber=link.subscriber,
                already=False,
                preferences_url=own_path(request, link.subscriber),
            )
        )
    return _confirmed(request, site, link)


def _waiting_page(
    request: Request,
    site: Site,
    waiting: Waiting,
    *,
    saved: bool = False,
    error: Refused | None = None,
    typed: str | None = None,
) -> Response:
    """Confirmed, and the owner decides: the owner's question, and what was answered so far."""
    language = waiting.person.language
    return private(
        page(
            request,
            "waiting.html",
            status=error.status if error else 200,
            language=language,
            site=site,
            subscriber=waiting.person,
            question=waiting.question or approval.question(site, language),
            answer=waiting.answer if typed is None else typed,
            action=f"/confirm/{request.path_params['token']}/answer",
            withdraw_url="/unsubscribe/"
            + hub(request).signer.sign("unsubscribe", waiting.person.id),
            saved=saved,
            error=translate(language, error.message, **error.values) if error else "",
        )
    )


def _confirmed(request: Request, site: Site, link: signup.Link) -> Response:
    """The welcome; for who comes back, what became of their subscription."""
    subscriber, already = link.subscriber, link.state == "used"
    on_the_list = not already or subscriber.status == "active"
    # What readers get is none of the list's business: app.py joins the two.
    welcome = request.app.state.welcome(request, site, subscriber) if on_the_list else None
    return private(
        page(
            request,
            "confirmed.html",
            language=subscriber.language,
            site=site,
            subscriber=subscriber,
            already=already,
            preferences_url=own_path(request, subscriber),
            receipt_url="/receipt/"
            + hub(request).signer.sign(receipts.LINK, subscriber.id, subscriber.email_key),
            welcome=welcome,
        )
    )


def invite(request: Request) -> Response:
    """The owner's words and the form; a page that says why, for an invitation that is over."""
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        invitation = invitations.by_code(tx, request.path_params["code"])
    state = invitations.state(invitation, parts.now()) if invitation else "unknown"
    if invitation is None or state != "open":
        return private(
            page(
                request,
                "invitation_over.html",
                status=410 if invitation else 404,
                site=site,
                state=state,
                closed=site.signup_mode == "closed",
            )
        )
    if request.method == "POST":
        return _sign_up(request, invitation)
    return _form_page(request, site, Form(), invitation=invitation)


def answer(request: Request) -> Response:
    """The answer of somebody who waits. GET shows the question."""
    parts = hub(request)
    site = parts.site()
    number = parts.signer.verify("confirm", request.path_params["token"])
    if number is None:
        return unknown_link(request)
    now = parts.now()
    with parts.db.read() as tx:
        link = signup.look_up(tx, number, now=now)
        waiting = approval.of_subscriber(tx, link.subscriber.id) if link else None
    if waiting is None:
        # Decided meanwhile, or gone: the link itself says how things stand.
        return RedirectResponse(f"/confirm/{request.path_params['token']}", status_code=303)
    if request.method == "GET":
        return _waiting_page(request, site, waiting)
    text = request.state.form.text("answer")
    try:
        with parts.db.write() as tx:
            approval.answer(tx, waiting.person, text, site=site, now=now)
            waiting = approval.of_subscriber(tx, waiting.person.id) or waiting
    except Refused as error:
        return _waiting_page(request, site, waiting, error=error, typed=text)
    return _waiting_page(request, site, waiting, saved=True)


def unsubscribe(request: Request) -> Response:
    """GET shows a button; POST leaves the list, also as a mail program does it by itself.

    RFC 8058: no cookie, no Origin, any body, no redirect. The body is not even read: the
    link is what counts, and what cannot be parsed must not keep anybody on the list.
    """
    parts = hub(request)
    number = parts.signer.verify("unsubscribe", request.path_params["token"])
    if number is None:
        return unknown_link(request)
    if number == NOBODY:
        return link_of_a_test(request)
    if request.method == "POST":
        with parts.db.write() as tx:
            subscriber = membership.unsubscribe(tx, number, source="link", now=parts.now())
            shown = own_links.shown(tx, subscriber)
    else:
        with parts.db.read() as tx:
            subscriber = store.get(tx, number)
            shown = own_links.shown(tx, subscriber)
    if subscriber is None or not rules.can_leave(subscriber.status):
        return left(request, shown, known=rules.has_page(shown), ask=request.method == "POST")
    return private(
        page(
            request,
            "unsubscribe.html",
            language=subscriber.language,
            subscriber=shown,
            preferences_url=own_path(request, shown) if shown else "/preferences",
        )
    )


def preferences(request: Request) -> Response:
    """How often, in which language, about what; a pause; the way out."""
    parts = hub(request)
    token = request.path_params["token"]
    if tokens.claimed(token) == NOBODY:
        return link_of_a_test(request)
    with parts.db.read() as tx:
        subscriber = own_links.reader(tx, parts.signer, own_links.PAGE, token)
        topics = store.topics_of(tx, subscriber.id) if subscriber else ()
    if subscriber is None:
        return unknown_link(request)
    if request.method == "POST":
        return _save_preferences(request, subscriber.id)
    if subscriber.status != "active":
        return left(request, subscriber, known=rules.has_page(subscriber))
    form = _as_form(subscriber, topics, parts.site(), parts.now())
    return _preferences_page(request, subscriber, form, topics)


def _save_preferences(request: Request, subscriber_id: int) -> Response:
    parts, form = hub(request), request.state.form
    site = parts.site()
    with parts.db.read() as tx:
        subscriber = store.get(tx, subscriber_id)
        topics = store.topics_of(tx, subscriber_id)
    if subscriber is None or subscriber.status != "active":
        return left(request, subscriber, known=rules.has_page(subscriber))
    try:
        chosen = Preferences(
            name=rules.clean_name(form.text("name")),
            cadence=rules.cadence(form.text("cadence")),
            topics=rules.topics_among(form.all("topics"), (*site.topics_offered, *topics)),
            language=rules.language(form.text("language"), site.language),
            paused_until=rules.pause_until(form.text("paused_until"), site.timezone, parts.now()),
        )
    except Refused as error:
        return _preferences_page(request, subscriber, _showable(form), topics, error=error)
    with parts.db.write() as tx:
        subscriber = membership.save_preferences(tx, subscriber_id, chosen, now=parts.now())
    if subscriber is None:
        return left(request, None)
    form = _as_form(subscriber, chosen.topics, site, parts.now())
    return _preferences_page(request, subscriber, form, chosen.topics, saved=True)


def _preferences_page(
    request: Request,
    subscriber: Subscriber,
    form: Form,
    topics: tuple[str, ...],
    *,
    error: Refused | None = None,
    saved: bool = False,
) -> Response:
    parts = hub(request)
    language = subscriber.language
    token = parts.signer.sign("unsubscribe", subscriber.id)
    return private(
        page(
            request,
            "preferences.html",
            status=error.status if error else 200,
            language=language,
            subscriber=subscriber,
            form=form,
            topics=request.app.state.offered_topics(request, parts.site(), topics),
            cadences=CADENCES,
            languages=LANGUAGES,
            saved=saved,
            error=translate(language, error.message, **error.values) if error else "",
            error_field=error.field if error else "",
            unsubscribe_url=f"/unsubscribe/{token}",
            request_url=own_path(request, subscriber) + "/request",
        )
    )


def _showable(form: Form) -> Form:
    """What was typed, without a day that is none: a field for dates cannot show it."""
    try:
        date.fromisoformat(form.text("paused_until"))
    except ValueError:
        return Form({**form.values, "paused_until": [""]})
    return form


def _as_form(subscriber: Subscriber, topics: tuple[str, ...], site: Site, now: datetime) -> Form:
    """What is stored, as the form would send it; a pause that is over is none."""
    paused = subscriber.paused_until
    on = paused is not None and paused > now
    day = paused.astimezone(ZoneInfo(site.timezone)).date().isoformat() if paused and on else ""
    return Form(
        {
            "name": [subscriber.name],
            "cadence": [subscriber.cadence],
            "language": [subscriber.language],
            "topics": list(topics),
            "paused_until": [day],
        }
    )


ROUTES: list[BaseRoute] = [
    Route("/subscribe", form_view(subscribe), methods=["GET", "POST"]),
    Route("/subscribe/challenge", challenge),
    Route("/confirm/{token}", confirm, methods=["GET", "POST"]),
    Route("/confirm/{token}/answer", form_view(answer), methods=["GET", "POST"]),
    Route("/invite/{code}", form_view(invite), methods=["GET", "POST"]),
    Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"]),
    Route("/preferences/{token}", form_view(preferences), methods=["GET", "POST"]),
]
