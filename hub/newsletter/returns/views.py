"""/webhooks/<provider>: what a mail provider says of mail that came back.

The proof is checked over the raw bytes; the answer is 200 only after everything is written down.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from hub import limits, logs, tokens
from hub.errors import HubError, NotFound, TooMany
from hub.i18n import N_
from hub.newsletter.returns import store, taking
from hub.newsletter.returns.providers import mailgun, postmark, sendgrid, ses
from hub.newsletter.returns.providers.request import Events, Incoming
from hub.site import program_keys, webhook_keys
from hub.web.forms import body_view
from hub.web.state import Hub, hub

LARGEST = 1_000_000
# How many certificates are fetched in an hour; SNS changes its own a few times a year.
_FETCHES_PER_HOUR = 20
_MOST_KEPT = 8
# What was fetched, by who fetched it: a certificate's address changes with the certificate.
_kept: dict[tuple[object, str], bytes] = {}


def webhook(request: Request) -> Response:
    """Take the events of one request."""
    parts = hub(request)
    provider: str = request.path_params["provider"]
    try:
        events = _read(parts, provider, Incoming(request.headers, request.state.body))
        if events.visit:
            parts.fetch(events.visit)
            logs.event("webhook.subscribed", provider=provider)
        became = _take(parts, provider, events)
    except HubError as error:
        if error.status != 404:
            logs.warning("webhook.refused", provider=provider, status=error.status)
        return PlainTextResponse(f"{error}\n", error.status)
    if became:
        logs.event("webhook.read", provider=provider, **became)
    return PlainTextResponse("Taken.\n")


def _read(parts: Hub, provider: str, request: Incoming) -> Events:
    now = parts.now()
    with parts.db.read() as tx:
        keys = webhook_keys.in_force(tx, parts.settings.webhooks)
    if provider == "ses" and keys.ses:
        return ses.read(request, keys.ses, now, lambda url: _certificate(parts, url))
    if provider == "postmark" and (keys.postmark or keys.postmark_hash):
        expected = keys.postmark_hash or tokens.token_hash(keys.postmark)
        return postmark.read(request, expected, now)
    if provider == "mailgun" and keys.mailgun:
        return mailgun.read(request, keys.mailgun, now)
    if provider == "sendgrid" and keys.sendgrid:
        return sendgrid.read(request, keys.sendgrid, now)
    raise NotFound(N_("There is no such page."))


def _take(parts: Hub, provider: str, events: Events) -> dict[str, int]:
    """What became of the reports, counted; nothing for a request that counted before."""
    became: dict[str, int] = {}
    if not events.reports and events.spend is None:
        return became
    now, site = parts.now(), parts.site()
    with parts.db.write() as tx:
        program_keys.used(tx, provider, now)
        once = events.spend
        if once and not store.spend(tx, once.name, expires_at=once.expires_at):
            return {"repeated": len(events.reports)}
        for report in events.reports:
            taken = taking.take(tx, report, signer=parts.signer, site=site, now=now)
            became[taken] = became.get(taken, 0) + 1
    return became


def _certificate(parts: Hub, url: str) -> bytes:
    """A certificate, fetched once. Raises Unreachable, TooMany."""
    key = (parts.fetch, url)
    if key not in _kept:
        with parts.db.write() as tx:
            allowed = limits.take(
                tx,
                "webhook certificates",
                capacity=_FETCHES_PER_HOUR,
                per_seconds=3600,
                now=parts.now(),
            )
        if not allowed:
            raise TooMany(N_("Too many certificates were asked for. Please try again later."))
        pem = parts.fetch(url)
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = pem
    return _kept[key]


ROUTES: list[BaseRoute] = [
    Route("/webhooks/{provider}", body_view(webhook, largest=LARGEST), methods=["POST"]),
]
