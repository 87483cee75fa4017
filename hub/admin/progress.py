"""How the sending of an edition goes: for its page, and as JSON for whoever watches from afar."""

from dataclasses import asdict, dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.admin.policy import DeskRoute, Needs
from hub.db import Transaction
from hub.errors import NotFound
from hub.i18n import N_
from hub.mail import in_force, queue, relays, workers
from hub.mail.relays import Stopped
from hub.newsletter import editions, pacing, samples, troubles
from hub.newsletter.model import Edition
from hub.newsletter.progress import Progress, held_back
from hub.newsletter.troubles import Trouble
from hub.notices.rules import LASTS
from hub.settings import Settings
from hub.times import to_text
from hub.web.state import hub

REFRESH_SECONDS = 5
# Only what was put off is left: it comes in minutes or hours.
SLOW_REFRESH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What the worker met at its last try. `backed`: another relay takes the mail meanwhile.

    `outbox`: mail is kept in the outbox, and reaches nobody. `unattended`: a letter waits for ten
    minutes and no worker has shown itself.
    """

    relays: list[Stopped]
    backed: bool
    troubles: list[Trouble]
    outbox: bool
    unattended: bool


def obstacles(tx: Transaction, settings: Settings, now: datetime) -> Obstacles:
    """As the workers that are alive send it: they may know relays that this process does not."""
    names = in_force.names(tx, settings, now)
    stopped = relays.stopped(tx, names)
    seen = workers.last_seen(tx)
    silent = seen is None or now - seen > LASTS
    return Obstacles(
        stopped,
        len(stopped) < len(names),
        troubles.current(tx),
        outbox=in_force.keeps_mail(tx, settings, now),
        unattended=silent and (queue.is_due(tx, now - LASTS) or _edition_waits(tx, now)),
    )


def _edition_waits(tx: Transaction, now: datetime) -> bool:
    waiting = editions.with_status(tx, "planned")
    return any(now - (edition.starts_at or edition.created_at) > LASTS for edition in waiting)


def refresh_seconds(edition: Edition, how: Progress) -> int:
    """How soon the page of an edition shows itself anew; 0 when nothing moves."""
    if edition.status == "planned" or (edition.status == "sending" and how.next_try is None):
        return REFRESH_SECONDS
    return SLOW_REFRESH_SECONDS if edition.status == "sending" else 0


def document(request: Request) -> Response:
    """How an edition goes, as one JSON document."""
    parts, edition_id = hub(request), request.path_params["id"]
    with parts.db.read() as tx:
        edition = editions.get(tx, edition_id)
        if edition is None:
            raise NotFound(N_("There is no edition %(id)s."), id=edition_id)
        how = samples.of_edition(tx, edition, editions.counts(tx, edition_id), parts.now())
        waiting = None
        if edition.status == "sending":
            waiting = pacing.waiting(tx, parts.site(), parts.now())
        how = held_back(how) if waiting else how
    return JSONResponse(
        {
            "id": edition.id,
            "status": edition.status,
            "reason": edition.reason,
            "deliveries": asdict(how.counts),
            "finished": how.finished,
            "total": how.total,
            "rate": None if how.rate is None else round(how.rate, 3),
            "seconds_left": None if how.seconds_left is None else round(how.seconds_left),
            "next_try": to_text(how.next_try) if how.next_try else None,
            # A limit that lets nothing leave before then.
            "waiting_until": to_text(waiting.until) if waiting else None,
        }
    )


ROUTES = [
    DeskRoute("/admin/newsletter/{id:int}/progress.json", document, needs=Needs.OWNER),
]
