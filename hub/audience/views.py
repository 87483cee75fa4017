"""The pages of the list: sign up, confirm, leave, choose."""

from datetime import date
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.audience import membership, receipts, rules, signup, store
from hub.audience.consent import consent_text
from hub.audience.model import CADENCES, Preferences, Subscriber, Wish
from hub.errors import Refused
from hub.i18n import LANGUAGES, translate
from hub.site.model import Site
from hub.web import client
from hub.web.forms import Form, form_view
from hub.web.pages import message, page
from hub.web.state import hub

_LONGEST_URL = 300


def subscribe(request: Request) -> Response:
    """The form, and what it sends: the answer is the same whoever is on the list."""
    if request.method == "POST":
        return _sign_up(request)
    return _form_page(request, hub(request).site(), Form(), shared=True)


def _sign_up(request: Request) -> Response:
    parts, form = hub(request), request.state.form
    site = parts.site()
    try:
        wish = _wish(form, site)
        with parts.db.write() as tx:
            signup.sign_up(
                tx,
                wish,
                consent_text(site, site.language),
                form_url=_form_url(request, site),
                network=client.network(client.address(request)),
                now=parts.now(),
            )
    except Refused as error:
        return _form_page(request, site, form, error=error)
    return _private(page(request, "check_mail.html", site=site, email=wish.email))


def _wish(form: Form, site: Site) -> Wish:
    return Wish(
        email=rules.address(form.text("email")),
        name=rules.clean_name(form.text("name")),
        cadence=rules.cadence(form.text("cadence")),
        topics=rules.topics(form.all("topics")),
        language=rules.language(form.text("language"), site.language),
    )


def _form_page(
    request: Request, site: Site, form: Form, *, error: Refused | None = None, shared: bool = False
) -> Response:
    """The form with what was typed, and the message beside the field that it belongs to."""
    response = page(
        request,
        "subscribe.html",
        status=error.status if error else 200,
        shared=shared,
        site=site,
        form=form,
        consent=consent_text(site, site.language).text,
        cadences=CADENCES,
        languages=LANGUAGES,
        error=message(request, error.message, **error.values) if error else "",
        error_field=error.field if error else "",
    )
    return response if shared else _private(response)


def _form_url(request: Request, site: Site) -> str:
    """The page of this site that held the form; the page at /subscribe when it does not say."""
    try:
        referer = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # brackets that are no IPv6 address
        return site.url("/subscribe")
    if referer.netloc and f"{referer.scheme}://{referer.netloc}" == site.base_url:
        return site.url(referer.path)[:_LONGEST_URL]
    return site.url("/subscribe")


def confirm(request: Request) -> Response:
    """GET shows a button and changes nothing; POST confirms."""
    parts = hub(request)
    number = parts.signer.verify("confirm", request.path_params["token"])
    if number is None:
        return _unknown_link(request)
    now = parts.now()
    site = parts.site()
    if request.method == "POST":
        with parts.db.write() as tx:
            link = signup.confirm(tx, number, now=now, welcome=site.welcome_mail == "on")
    else:
        with parts.db.read() as tx:
            link = signup.look_up(tx, number, now=now)
    if link is None or link.state == "expired":
        language = link.subscriber.language if link else ""
        return _private(page(request, "confirm_expired.html", status=410, language=language))
    if link.state == "open" and request.method != "POST":
        return _private(
            page(
                request,
                "confirm.html",
                language=link.subscriber.language,
                site=site,
                subscriber=link.subscriber,
                already=False,
                preferences_url=_preferences_path(request, link.subscriber),
            )
        )
    return _confirmed(request, site, link)


def _confirmed(request: Request, site: Site, link: signup.Link) -> Response:
    """The welcome; for who comes back, what became of their subscription."""
    subscriber, already = link.subscriber, link.state == "used"
    on_the_list = not already or subscriber.status == "active"
    # What readers get is none of the list's business: app.py joins the two.
    welcome = request.app.state.welcome(request, site, subscriber) if on_the_list else None
    return _private(
        page(
            request,
            "confirmed.html",
            language=subscriber.language,
            site=site,
            subscriber=subscriber,
            already=already,
            preferences_url=_preferences_path(request, subscriber),
            receipt_url="/receipt/" + hub(request).signer.sign(receipts.LINK, subscriber.id),
            welcome=welcome,
        )
    )


def unsubscribe(request: Request) -> Response:
    """GET shows a button; POST leaves the list, also as a mail program does it by itself.

    RFC 8058: no cookie, no Origin, any body, no redirect. The body is not even read: the
    link is what counts, and what cannot be parsed must not keep anybody on the list.
    """
    parts = hub(request)
    number = parts.signer.verify("unsubscribe", request.path_params["token"])
    if number is None:
        return _unknown_link(request)
    if request.method == "POST":
        with parts.db.write() as tx:
            subscriber = membership.unsubscribe(tx, number, source="link", now=parts.now())
    else:
        with parts.db.read() as tx:
            subscriber = store.get(tx, number)
    on_the_list = subscriber is not None and rules.can_leave(subscriber.status)
    return _private(
        page(
            request,
            "unsubscribe.html" if on_the_list else "unsubscribed.html",
            language=subscriber.language if subscriber else "",
            subscriber=subscriber,
        )
    )


def preferences(request: Request) -> Response:
    """How often, in which language, about what; a pause; the way out."""
    parts = hub(request)
    token = request.path_params["token"]
    number = parts.signer.verify("preferences", token)
    if number is None:
        return _unknown_link(request)
    if request.method == "POST":
        return _save_preferences(request, number)
    with parts.db.read() as tx:
        subscriber = store.get(tx, number)
        topics = store.topics_of(tx, number)
    if subscriber is None or subscriber.status != "active":
        return _left(request, subscriber)
    form = _as_form(subscriber, topics, parts.site())
    return _preferences_page(request, subscriber, form, topics)


def _save_preferences(request: Request, subscriber_id: int) -> Response:
    parts, form = hub(request), request.state.form
    site = parts.site()
    try:
        chosen = Preferences(
            name=rules.clean_name(form.text("name")),
            cadence=rules.cadence(form.text("cadence")),
            topics=rules.topics(form.all("topics")),
            language=rules.language(form.text("language"), site.language),
            paused_until=rules.pause_until(form.text("paused_until"), site.timezone, parts.now()),
        )
    except Refused as error:
        with parts.db.read() as tx:
            subscriber = store.get(tx, subscriber_id)
            topics = store.topics_of(tx, subscriber_id)
        if subscriber is None:
            return _left(request, None)
        return _preferences_page(request, subscriber, _showable(form), topics, error=error)
    with parts.db.write() as tx:
        subscriber = membership.save_preferences(tx, subscriber_id, chosen, now=parts.now())
    if subscriber is None:
        return _left(request, None)
    form = _as_form(subscriber, chosen.topics, site)
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
    return _private(
        page(
            request,
            "preferences.html",
            status=error.status if error else 200,
            language=language,
            subscriber=subscriber,
            form=form,
            topics=topics,
            cadences=CADENCES,
            languages=LANGUAGES,
            saved=saved,
            error=translate(language, error.message, **error.values) if error else "",
            error_field=error.field if error else "",
            unsubscribe_url=f"/unsubscribe/{token}",
        )
    )


def _showable(form: Form) -> Form:
    """What was typed, without a day that is none: a field for dates cannot show it."""
    try:
        date.fromisoformat(form.text("paused_until"))
    except ValueError:
        return Form({**form.values, "paused_until": [""]})
    return form


def _as_form(subscriber: Subscriber, topics: tuple[str, ...], site: Site) -> Form:
    """What is stored, as the form would send it."""
    paused = subscriber.paused_until
    day = paused.astimezone(ZoneInfo(site.timezone)).date().isoformat() if paused else ""
    return Form(
        {
            "name": [subscriber.name],
            "cadence": [subscriber.cadence],
            "language": [subscriber.language],
            "topics": list(topics),
            "paused_until": [day],
        }
    )


def _left(request: Request, subscriber: Subscriber | None) -> Response:
    language = subscriber.language if subscriber else ""
    return _private(page(request, "unsubscribed.html", language=language, subscriber=subscriber))


def _unknown_link(request: Request) -> Response:
    return _private(page(request, "link_unknown.html", status=404))


def _preferences_path(request: Request, subscriber: Subscriber) -> str:
    return "/preferences/" + hub(request).signer.sign("preferences", subscriber.id)


def _private(response: Response) -> Response:
    """A page about one person: kept by no cache."""
    response.headers["cache-control"] = "no-store"
    return response


ROUTES: list[BaseRoute] = [
    Route("/subscribe", form_view(subscribe), methods=["GET", "POST"]),
    Route("/confirm/{token}", confirm, methods=["GET", "POST"]),
    Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"]),
    Route("/preferences/{token}", form_view(preferences), methods=["GET", "POST"]),
]
