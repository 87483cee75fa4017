"""The doctor at the desk: looks at DNS, relay and texts when it is asked to."""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import examining
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.admin.settings import LABELS
from hub.errors import TooMany
from hub.i18n import N_
from hub.limits import take
from hub.mail import dkim_store
from hub.mail.domain_checks import Finding
from hub.site import examinations
from hub.web.pages import message
from hub.web.state import hub

_PATH = "/admin/doctor"
# Each asks a dozen questions of other people's servers.
_PER_HOUR = 30
LEVELS = {
    "bad": (N_("to mend"), "error"),
    "warning": (N_("look at this"), "warning"),
    "unknown": (N_("not known"), ""),
    "good": (N_("in order"), "good"),
}


PATHS = {
    "Address": "/admin/settings/site#base_url",
    "Legal texts": "/admin/settings/legal",
    "Theme": "/admin/settings/look",
    "Welcome": "/admin/settings/welcome",
    "Bounces": "/admin/settings/mail#bounce_address",
    "DKIM": "/admin/settings/mail#dkim",
}


@dataclass(frozen=True, slots=True)
class Record:
    """A line for the DNS in the parts that a provider's form asks for."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding in the owner's language; `path` is where at the desk it is mended, if anywhere."""

    name: str
    level: str
    path: str
    text: str
    found: tuple[str, ...]
    wanted: str
    record: Record | None


def doctor(request: Request) -> Response:
    """What was found last, what is worst first. Nothing is asked for it."""
    parts = hub(request)
    with parts.db.read() as tx:
        last = examinations.last(tx)
        has_key = dkim_store.key(tx) is not None
    found = examining.from_json(last.findings) if last else []
    order = list(LEVELS)
    return desk_page(
        request,
        "admin/doctor.html",
        section="settings",
        at=last.at if last else None,
        findings=[
            _shown(request, one) for one in sorted(found, key=lambda one: order.index(one.level))
        ],
        levels=LEVELS,
        has_key=has_key,
    )


def examine(request: Request) -> Response:
    """Look at everything now. No transaction is open while others are asked."""
    parts = hub(request)
    with parts.db.write() as tx:
        if not take(tx, "doctor", capacity=_PER_HOUR, per_seconds=3600.0, now=parts.now()):
            raise TooMany(N_("That was often. Please wait a few minutes, then try again."))
    found = examining.examine(parts, parts.dns)
    with parts.db.write() as tx:
        examinations.keep(tx, examining.as_json(found), parts.now())
    return done(_PATH, "examined")


def make_key(request: Request) -> Response:
    """The key that signs mail; one that is there stays."""
    with hub(request).db.write() as tx:
        dkim_store.make_key(tx)
    return examine(request)


def _shown(request: Request, finding: Finding) -> Shown:
    values = dict(finding.values)
    if examining.OPTIONS in values:
        names = str(values[examining.OPTIONS]).split(", ")
        values[examining.OPTIONS] = ", ".join(message(request, LABELS[name]) for name in names)
    return Shown(
        message(request, finding.name),
        finding.level,
        PATHS.get(finding.name, "") if finding.level != "good" else "",
        message(request, finding.text, **values),
        finding.found,
        message(request, finding.wanted) if finding.wanted else "",
        _record(finding.paste.split(" ", 2)),
    )


def _record(parts: Iterable[str]) -> Record | None:
    match list(parts):
        case [name, kind, value]:
            return Record(name.rstrip("."), kind, value)
    return None


ROUTES = [
    DeskRoute(_PATH, doctor, needs=Needs.OWNER),
    DeskRoute(_PATH, examine, needs=Needs.OWNER, methods=["POST"], waits=True),
    DeskRoute(f"{_PATH}/dkim", make_key, needs=Needs.OWNER, methods=["POST"], waits=True),
]
