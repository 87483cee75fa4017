"""/metrics: how the hub is, for the monitor that has the key; without a key it does not exist."""

import base64
import binascii
from contextlib import suppress

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from hub import limits, logs
from hub.admin import vital_signs
from hub.errors import NotFound, Unavailable
from hub.i18n import N_
from hub.site import monitoring_key, program_keys
from hub.users import login
from hub.web import client, exposition
from hub.web.state import Hub, hub

PATH = "/metrics"
_CAPACITY, _SECONDS = login.PER_NETWORK


def metrics(request: Request) -> Response:
    """200 with the figures; 503 with `hub_up 0` while the database is away, which /healthz tells
    everybody too."""
    try:
        return _answer(request)
    except Unavailable:
        logs.warning("metrics.database_away")
        return _plain(exposition.text(vital_signs.away()), 503)


def _answer(request: Request) -> Response:
    parts, given = hub(request), request.headers.get("authorization")
    now, bucket = parts.now(), f"metrics:net:{client.network(client.address(request))}"
    with parts.db.read() as tx:
        key = program_keys.kept(tx, monitoring_key.PROGRAM)
        guessed = limits.is_spent(tx, bucket, capacity=_CAPACITY, per_seconds=_SECONDS, now=now)
    if key is None:
        raise NotFound(N_("There is no such page."))
    if given is None:
        return _asked_for_key()
    # Before the key is looked at: who guesses too often learns nothing of the next one.
    if guessed:
        return _plain("Too many wrong keys.\n", 429, {"retry-after": f"{_SECONDS / _CAPACITY:.0f}"})
    if not monitoring_key.fits(_key_of(given), key.value):
        with parts.db.write() as tx:
            limits.take(tx, bucket, capacity=_CAPACITY, per_seconds=_SECONDS, now=now)
        return _asked_for_key()
    with parts.db.read() as tx:
        figures = vital_signs.gather(tx, parts.settings, engine=parts.db.engine_name, now=now)
    answer = _plain(exposition.text(figures), 200)
    if key.is_used_anew(now):
        # After the answer: while others write, this may have to wait.
        answer.background = BackgroundTask(_note_use, parts)
    return answer


def _key_of(given: str) -> str:
    """The key in an Authorization header: a Bearer token (RFC 6750 §2.1), or the password of
    Basic with any user (RFC 7617 §2). Empty for anything else."""
    scheme, _, rest = given.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        pair = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return pair.partition(":")[2]


def _asked_for_key() -> Response:
    answer = _plain("The key of a monitor is needed.\n", 401)
    # Two lines: not every monitor reads two challenges in one (RFC 9110 §11.6.1).
    answer.headers.append("www-authenticate", 'Bearer realm="metrics"')
    answer.headers.append("www-authenticate", 'Basic realm="metrics", charset="UTF-8"')
    return answer


def _plain(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(
        text,
        status,
        {"cache-control": "no-store", **(headers or {})},
        media_type=exposition.CONTENT_TYPE if status in (200, 503) else None,
    )


def _note_use(parts: Hub) -> None:
    with suppress(Unavailable), parts.db.write() as tx:
        program_keys.used(tx, monitoring_key.PROGRAM, parts.now())


ROUTES: list[BaseRoute] = [Route(PATH, metrics)]
