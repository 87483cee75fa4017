"""What programs prove themselves with: the keys of the mail providers' webhooks, and a monitor's.

Nothing else that a program asks of the hub needs a key: feeds, sitemap and /healthz are open.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import metrics
from hub.admin.confirming import ask
from hub.admin.forms import Errors, Messages
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.errors import NotFound
from hub.i18n import N_
from hub.site import monitoring_key, program_keys, webhook_keys
from hub.site.program_keys import Key
from hub.site.webhook_keys import MADE_HERE, PROVIDERS
from hub.web.pages import message
from hub.web.state import hub

_HOME = "/admin/tokens"
# As it stands in a sentence.
_MONITORING = N_("monitoring")
_MONITOR = f"{_HOME}/{monitoring_key.PROGRAM}"
_ONE = f"{_HOME}/{{provider}}"
HELP = {
    "ses": N_(
        "Make a standard SNS topic, choose it in SES for bounces and complaints (with original"
        " headers), and paste its ARN here. Then add an HTTPS subscription with the address below;"
        " the hub confirms it by itself."
    ),
    "postmark": N_(
        "The hub makes user and password. Under Webhooks of the message stream, enter the address"
        " below and both under Basic auth, for Bounce and Spam complaint."
    ),
    "mailgun": N_(
        "Paste the HTTP webhook signing key. Under Webhooks of the domain, enter the address below"
        " for Permanent failure and Spam complaints."
    ),
    "sendgrid": N_(
        "Under Event webhook, enter the address below for Bounced, Dropped and Spam reports, switch"
        " Signed event webhook on, and paste its verification key here."
    ),
}
LABELS = {
    "ses": N_("ARNs of the SNS topics"),
    "mailgun": N_("HTTP webhook signing key"),
    "sendgrid": N_("Verification key"),
}


@dataclass(frozen=True, slots=True)
class Listening:
    """One provider: `key` as it was entered here; `outside` when the environment has one."""

    provider: str
    name: str
    url: str
    key: Key | None
    outside: bool


def tokens(request: Request) -> Response:
    return _page(request, Messages(), Errors(hub(request).site().language))


def make(request: Request) -> Response:
    """A key that the hub makes and shows once, or the one that was typed."""
    parts, user, provider = hub(request), request.state.user, _provider(request)
    by = user.name or user.email
    if provider == MADE_HERE:
        with parts.db.write() as tx:
            secret = webhook_keys.make(tx, by=by, now=parts.now())
        name, _, password = secret.partition(":")
        return desk_page(
            request,
            "admin/token_made.html",
            section="settings",
            name=PROVIDERS[provider],
            user_name=name,
            password=password,
            url=_url(request, provider),
        )
    typed = request.state.form.text("key")
    errors = Errors(parts.site().language, main=provider)
    with errors.caught(), parts.db.write() as tx:
        webhook_keys.put(tx, provider, typed, by=by, now=parts.now())
    return _page(request, Messages({provider: typed}), errors) if errors else done(_HOME, "saved")


def make_for_monitor(request: Request) -> Response:
    """The key of /metrics, which the hub makes and shows once."""
    parts, user = hub(request), request.state.user
    with parts.db.write() as tx:
        key = monitoring_key.make(tx, by=user.name or user.email, now=parts.now())
    return desk_page(
        request,
        "admin/token_made.html",
        section="settings",
        name=message(request, _MONITORING),
        user_name="",
        password=key,
        url=parts.site().url(metrics.PATH),
    )


def ask_revoke(request: Request) -> Response:
    return ask(
        request,
        section="settings",
        title=N_("Take back the key of %(name)s?"),
        text=N_(
            "What this provider says of bounces and complaints is not believed any more, until"
            " there is a new key."
        ),
        button=N_("Take it back"),
        back=_HOME,
        values={"name": PROVIDERS[_provider(request)]},
    )


def ask_revoke_of_monitor(request: Request) -> Response:
    return ask(
        request,
        section="settings",
        title=N_("Take back the key of %(name)s?"),
        text=N_("Whoever watches over the hub with it sees nothing any more."),
        button=N_("Take it back"),
        back=_HOME,
        values={"name": message(request, _MONITORING)},
    )


def revoke(request: Request) -> Response:
    with hub(request).db.write() as tx:
        webhook_keys.revoke(tx, _provider(request))
    return done(_HOME, "key-revoked")


def revoke_of_monitor(request: Request) -> Response:
    with hub(request).db.write() as tx:
        monitoring_key.revoke(tx)
    return done(_HOME, "key-revoked")


def _page(request: Request, typed: Messages, errors: Errors) -> Response:
    parts = hub(request)
    outside = parts.settings.webhooks
    with parts.db.read() as tx:
        entered = program_keys.entered(tx)
    return desk_page(
        request,
        "admin/tokens.html",
        section="settings",
        status=400 if errors else 200,
        providers=[
            Listening(
                provider,
                name,
                _url(request, provider),
                entered.get(provider),
                bool(getattr(outside, provider)),
            )
            for provider, name in PROVIDERS.items()
        ],
        made_here=MADE_HERE,
        monitor=entered.get(monitoring_key.PROGRAM),
        monitor_url=parts.site().url(metrics.PATH),
        help=HELP,
        labels=LABELS,
        typed=typed,
        errors=errors.by_field,
    )


def _provider(request: Request) -> str:
    provider: str = request.path_params["provider"]
    if provider not in PROVIDERS:
        raise NotFound(N_("There is no such page."))
    return provider


def _url(request: Request, provider: str) -> str:
    return hub(request).site().url(f"/webhooks/{provider}")


ROUTES = [
    DeskRoute(_HOME, tokens, needs=Needs.OWNER),
    DeskRoute(_MONITOR, make_for_monitor, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_MONITOR}/revoke", ask_revoke_of_monitor, needs=Needs.OWNER),
    DeskRoute(f"{_MONITOR}/revoke", revoke_of_monitor, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(_ONE, make, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/revoke", ask_revoke, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/revoke", revoke, needs=Needs.OWNER, methods=["POST"]),
]
