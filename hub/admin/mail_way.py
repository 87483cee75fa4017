"""How mail is sent: the mail server that the owner names, tried before it is kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import anyio.from_thread
from starlette.requests import Request
from starlette.responses import Response

from hub import i18n, limits
from hub.admin import beginning, progress, replies
from hub.admin.forms import Errors, Messages
from hub.admin.notice_words import Said
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.errors import Refused, TooMany
from hub.i18n import N_
from hub.mail import headers, in_force, mailers, relays, trying, typed_relay
from hub.mail import message as letters
from hub.mail.in_force import Way
from hub.mail.model import Envelope, Letter, Mailer
from hub.mail.signing import SigningMailer
from hub.mail.trial import Step, Trial
from hub.mail.typed_relay import Typed
from hub.settings import SmtpRelay
from hub.site import first_steps
from hub.site.model import Site
from hub.users.model import User
from hub.web.mailing import renderer
from hub.web.state import Hub, hub

TRIES_A_MINUTE = 6
_FIELDS = ("host", "port", "tls", "username")
# By field: under which name it is remembered.
_REMEMBERED = {name: f"mail {name}" for name in _FIELDS}


@dataclass(frozen=True, slots=True)
class Shown:
    """A step of a trial, in the owner's language."""

    title: str
    state: str
    text: str
    answer: str


def mail_form(request: Request) -> Response:
    """What is in force, how it fares, and the form."""
    parts = hub(request)
    with parts.db.read() as tx:
        kept = in_force.chosen(tx, parts.settings)
        typed = first_steps.answers(tx)
    values = Messages(tls="required")
    if kept.relays:
        relay = kept.relays[0]
        values.update(host=relay.host, port=str(relay.port), tls=relay.tls, username=relay.username)
    values.update({name: typed[key] for name, key in _REMEMBERED.items() if key in typed})
    return _mail_page(request, values, Errors(parts.site().language))


def change_mail(request: Request) -> Response:
    """Try it, keep it, go without: the button says which."""
    action = request.state.form.text("action")
    parts = hub(request)
    with parts.db.read() as tx:
        way = in_force.way(tx, parts.settings)
    _remember(request)
    if action in ("back", "skip", "next"):
        return _go_on(request, action)
    if way.source == "environment":
        # What HUB_SMTP says can be tried, and not changed here.
        return _try_environment(request, way)
    if action == "outbox":
        with parts.db.write() as tx:
            in_force.forget(tx)
            first_steps.forget_answers(tx, _REMEMBERED.values())
        return done(request.scope["path"], "mail-outbox")
    return _try_typed(request, keep_anyway=action == "keep")


def _go_on(request: Request, action: str) -> Response:
    parts = hub(request)
    if action == "back":
        return done(beginning.path("account"))
    with parts.db.write() as tx:
        first_steps.mark(tx, "mail", "done" if action == "next" else "skipped", parts.now())
    return done(beginning.after("mail"))


def _remember(request: Request) -> None:
    """What was typed stays in the form until a server is kept; not the password."""
    form = request.state.form
    typed = {key: form.text(name) for name, key in _REMEMBERED.items() if name in form.values}
    if typed:
        with hub(request).db.write() as tx:
            first_steps.remember(tx, typed)


def _try_environment(request: Request, way: Way) -> Response:
    errors = Errors(hub(request).site().language)
    with errors.caught("host"):
        _take_try(request)
    if errors or not way.relays:
        return _mail_page(request, Messages(), errors)
    trials = _tried(request, way.relays)
    _note(hub(request), trials)
    return _mail_page(request, Messages(), errors, trials=trials)


def _try_typed(request: Request, *, keep_anyway: bool) -> Response:
    parts, form, user = hub(request), request.state.form, request.state.user
    now = parts.now()
    values = Messages({name: form.text(name) for name in _FIELDS})
    carried = form.text("carried")
    password = form.secret("password") or typed_relay.brought_back(
        parts.settings.secret_key, user.id, carried, now
    )
    typed = Typed(**values, password=password)
    errors = Errors(parts.site().language)
    errors.extend(typed_relay.problems(typed))
    if not errors:
        with errors.caught():
            relay = _with_kept_password(parts, typed_relay.relay(typed))
    if not errors and not keep_anyway:
        with errors.caught("host"):
            _take_try(request)
    carried = typed_relay.carried(parts.settings.secret_key, user.id, password, now)
    if errors:
        return _mail_page(request, values, errors, carried=carried)
    if keep_anyway:
        _keep(parts, relay, now)
        return done(_next_or_here(request), "mail-kept")
    trials = _tried(request, [relay])
    if not trials[0].works:
        return _mail_page(request, values, errors, trials=trials, carried=carried)
    _keep(parts, relay, now)
    _note(parts, trials)
    values["port"] = str(relay.port)
    return _mail_page(request, values, errors, trials=trials)


def _with_kept_password(parts: Hub, relay: SmtpRelay) -> SmtpRelay:
    """The relay with the password that is kept for it, when none was typed. Raises Refused."""
    if relay.password or not relay.username:
        return relay
    with parts.db.read() as tx:
        kept = in_force.chosen(tx, parts.settings)
    if kept.relays and not kept.locked and typed_relay.may_use_kept(kept.relays[0], relay):
        return kept.relays[0] if kept.relays[0].tls == relay.tls else _same(kept.relays[0], relay)
    raise Refused(N_("Type the password for this server and user name."), field="password")


def _same(kept: SmtpRelay, asked: SmtpRelay) -> SmtpRelay:
    return SmtpRelay(asked.host, asked.port, asked.username, kept.password, asked.tls)


def _take_try(request: Request) -> None:
    """Raises TooMany: who tries all the time asks strangers' servers all the time."""
    parts = hub(request)
    with parts.db.write() as tx:
        allowed = limits.take(
            tx, "mail trial", capacity=TRIES_A_MINUTE, per_seconds=60, now=parts.now()
        )
    if not allowed:
        raise TooMany(N_("That was tried very often. Wait a minute."))


def _tried(request: Request, found: Sequence[SmtpRelay]) -> list[Trial]:
    """All at the same time; no transaction is open meanwhile."""
    parts: Hub = hub(request)
    site, user = parts.site(), request.state.user
    envelope = _message(parts, site, user)
    name = mailers.local_name(site.base_url)

    def signing(mailer: Mailer) -> Mailer:
        return SigningMailer(mailer, parts.db, lambda _tx: site)

    async def try_all() -> list[Trial]:
        attempts = [
            trying.attempt(relay, envelope, local_name=name, signing=signing) for relay in found
        ]
        return list(await asyncio.gather(*attempts))

    # Views run in a thread; sending belongs to the event loop.
    return anyio.from_thread.run(try_all)


def _message(parts: Hub, site: Site, user: User) -> Envelope:
    """A message to whoever tries."""
    now, language = parts.now(), site.language
    subject = i18n.translate(language, N_("Mail from %(title)s arrives"), title=site.title)
    lines = (
        i18n.translate(language, N_("This is the test that you asked for at the desk.")),
        i18n.translate(language, N_("Newsletters and confirmations take the same way.")),
    )
    context = {
        "site": site,
        "language": language,
        "subject": subject,
        "notices": [Said(subject, lines, "", "good")],
        "addresses": (),
        "list_url": site.url("/admin/notices"),
        "settings_url": site.url("/admin/settings#group-notices"),
    }
    render = renderer(site, parts.settings)
    letter = Letter(
        subject,
        render("notice.txt", language, context),
        render("notice.html", language, context),
    )
    content = letters.written(
        letter,
        site=site,
        recipient=user.email,
        number=int(now.timestamp() * 1000),
        key=parts.signer.derive("test message id"),
        created_at=now,
    )
    sender = headers.ascii_domain_of(site.from_email)
    return Envelope("test", sender, headers.ascii_domain_of(user.email), content)


def _keep(parts: Hub, relay: SmtpRelay, now: datetime) -> None:
    with parts.db.write() as tx:
        in_force.choose(tx, parts.settings, relay, now)
        first_steps.mark(tx, "mail", "done", now)
        first_steps.forget_answers(tx, _REMEMBERED.values())


def _note(parts: Hub, trials: Sequence[Trial]) -> None:
    """What was found out just now holds for the first page too."""
    with parts.db.write() as tx:
        relays.note(tx, [trial.standing for trial in trials], parts.now())


def _next_or_here(request: Request) -> str:
    here: str = request.scope["path"]
    return beginning.after("mail") if beginning.is_step(here) else here


def _mail_page(
    request: Request,
    values: Messages,
    errors: Errors,
    *,
    trials: Sequence[Trial] = (),
    carried: str = "",
) -> Response:
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        way = in_force.way(tx, parts.settings)
        kept = in_force.chosen(tx, parts.settings)
        obstacles = progress.obstacles(tx, parts.settings, parts.now())
    language = site.language
    return desk_page(
        request,
        "admin/mail.html",
        section="home" if beginning.is_step(request.scope["path"]) else "outbox",
        status=400 if errors else 200,
        way=way,
        kept=kept,
        obstacles=obstacles,
        relay_said=replies.of_relay,
        said=replies.said,
        values=values,
        errors=errors.by_field,
        carried=carried,
        trials=[(trial, [_shown(step, language) for step in trial.steps]) for trial in trials],
        tls=[
            ("required", i18n.translate(language, N_("STARTTLS (usual on port 587)"))),
            ("implicit", i18n.translate(language, N_("TLS from the first byte (port 465)"))),
            ("no", i18n.translate(language, N_("none (only on this machine)"))),
        ],
        sender=site.from_email,
        progress=beginning.line(request, "mail"),
    )


def _shown(step: Step, language: str) -> Shown:
    values = {
        name: i18n.long_date(value, language) if isinstance(value, datetime) else value
        for name, value in step.values.items()
    }
    text = i18n.translate(language, step.text, **values)
    return Shown(i18n.translate(language, step.title), step.state, text, step.answer)


ROUTES = [
    route
    for path in ("/admin/mail", beginning.path("mail"))
    for route in (
        DeskRoute(path, mail_form, needs=Needs.OWNER),
        # It may wait for a server that says nothing.
        DeskRoute(path, change_mail, needs=Needs.OWNER, methods=["POST"], slow=True),
    )
]
