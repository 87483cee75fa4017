"""Legal pages at the desk: what is missing, what changed, who was asked and erased for silence."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.admin.settings import LABELS
from hub.audience import retention, retention_store
from hub.content.rendering import render
from hub.errors import NotFound
from hub.i18n import LANGUAGES, N_
from hub.law import facts, store, words
from hub.law.model import Change
from hub.newsletter import letters
from hub.newsletter.letter_model import Draft
from hub.web.pages import message
from hub.web.state import hub

SHOWN = 50
_YEAR = timedelta(days=365)
_SUBJECT = N_("What changed on our privacy page")
_LETTER = N_(
    "On %(when)s something changed in what we say about your data:\n\n%(changes)s\n\n"
    "All of it: <%(url)s>. You do not agree? Every mail has a link to leave, and one press is"
    " enough."
)


def legal(request: Request) -> Response:
    parts = hub(request)
    site = parts.site()
    today = parts.now().astimezone(ZoneInfo(site.timezone)).date()
    with parts.db.read() as tx:
        log = store.newest(tx, limit=SHOWN)
        figures = retention_store.figures(tx, today - _YEAR, today + timedelta(days=1))
        waiting = retention_store.waiting(tx)
    return desk_page(
        request,
        "admin/legal.html",
        section="settings",
        missing=[(name, LABELS[name]) for name in facts.missing(site)],
        has_notice=facts.has_notice(site),
        languages=[code for code in LANGUAGES if code != site.language],
        log=[(change, words.said(change, site.language)) for change in log],
        figures=figures,
        waiting=waiting,
        before_asking=retention.BEFORE_ASKING,
        to_answer=retention.TO_ANSWER,
    )


def write_letter(request: Request) -> Response:
    """A draft that tells readers of a change; a second press leads to the same one."""
    parts = hub(request)
    site = parts.site()
    change_id = request.path_params["id"]
    with parts.db.read() as tx:
        change = _found(store.get(tx, change_id))
    if change.letter_id is not None:
        return done(f"/admin/newsletter/letters/{change.letter_id}")
    text = message(
        request,
        _LETTER,
        when=i18n.long_date(change.at, site.language, site.timezone),
        changes=words.as_markdown(change, site.language),
        url=site.url("/privacy/changes"),
    )
    draft = Draft(message(request, _SUBJECT), text)
    rendered = render(text, language=site.language)
    with parts.db.write() as tx:
        letter = letters.create(tx, draft, rendered, now=parts.now())
        store.set_letter(tx, change_id, letter.id)
    return done(f"/admin/newsletter/letters/{letter.id}", "prefilled")


def _found(change: Change | None) -> Change:
    if change is None:
        raise NotFound(N_("There is no such change."))
    return change


ROUTES = [
    DeskRoute("/admin/legal", legal, needs=Needs.OWNER),
    DeskRoute(
        "/admin/legal/changes/{id:int}/letter",
        write_letter,
        needs=Needs.OWNER,
        methods=["POST"],
        slow=True,
    ),
]
