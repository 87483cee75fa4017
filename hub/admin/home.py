"""The first page of the desk: what is left to do, what goes out next, how many there are."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import beginning, notice_words, progress, replies, theme_check
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.audience import store as audience
from hub.audience.gates import store as gates
from hub.content import shelf
from hub.i18n import N_
from hub.law import facts as legal_facts
from hub.newsletter import editions, planning
from hub.notices import store as notices
from hub.site import first_steps
from hub.site.model import Site
from hub.web.state import hub

LATEST = 5
UNREAD = 3
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Step:
    """Something a new owner does once; `wrong`: it was done, and does not work."""

    title: str
    help: str
    path: str
    done: bool
    wrong: bool = False


def home(request: Request) -> Response:
    """For editors what they write; for owners the whole."""
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        posts, pages = shelf.counts(tx, "post"), shelf.counts(tx, "page")
        drafts = shelf.drafts(tx, "post", limit=LATEST)
        latest = shelf.published(tx, "post", limit=LATEST)
        people = audience.count_by_status(tx)
        held = gates.count_held(tx, most=MOST_COUNTED)
        coming = planning.next_edition(tx, site, "weekly", parts.now())
        paused = editions.with_status(tx, "paused")
        obstacles = progress.obstacles(tx, parts.settings, parts.now())
        begun = first_steps.states(tx)
        tried = audience.was_confirmed_here(tx)
        unread = notices.unread(tx, limit=UNREAD)
        more_unread = notices.count_unread(tx, most=MOST_COUNTED) - len(unread)
    everything = steps(
        site,
        mail_server=not obstacles.outbox,
        mail_stopped=bool(obstacles.relays) and not obstacles.backed,
        begun=begun,
        articles=posts.published,
        pages=pages.published,
        readers=people["active"],
        tried=tried,
    )
    return desk_page(
        request,
        "admin/home.html",
        section="home",
        posts=posts,
        drafts=drafts,
        latest=latest,
        people=people,
        held=held,
        coming=coming,
        paused=paused,
        obstacles=obstacles,
        relay_said=replies.of_relay,
        unread=unread,
        more_unread=more_unread,
        notice_said=notice_words.said,
        said=replies.said,
        theme_faults=theme_check.told(site.theme, parts.settings.themes, site),
        steps=everything,
        steps_done=sum(step.done for step in everything),
        next_step=beginning.first_open(begun),
        next_number=beginning.number(beginning.first_open(begun) or "bring"),
        beginning_path=beginning.path,
    )


def steps(
    site: Site,
    *,
    mail_server: bool,
    articles: int,
    pages: int,
    readers: int,
    tried: bool,
    mail_stopped: bool = False,
    begun: Mapping[str, str] | None = None,
) -> list[Step]:
    """What is left to do, in the order in which it is best done; `begun` holds the steps of
    setting up that were gone through, `tried` is whether somebody confirmed by the site's form."""
    begun = begun or {}
    return [
        _mail(is_connected=mail_server, is_stopped=mail_stopped),
        Step(
            N_("Choose when the newsletter goes out"),
            N_("A day and an hour of the week, in your time zone."),
            beginning.path("schedule"),
            "schedule" in begun,
        ),
        Step(
            N_("Bring along what you have"),
            N_("Articles and readers from another place; or begin with nothing."),
            beginning.path("bring"),
            "bring" in begun or articles > 0 or readers > 0,
        ),
        Step(
            N_("Publish your first article"),
            N_("It appears on the site, in the feeds and in the next newsletter."),
            "/admin/posts/new",
            articles > 0,
        ),
        Step(
            N_("Say who you are"),
            N_("A page such as “About” stands in the menu of the site."),
            "/admin/pages/new",
            pages > 0,
        ),
        Step(
            N_("Subscribe yourself"),
            N_("Use the form on your site, as a reader would, and confirm."),
            "/subscribe",
            tried,
        ),
        Step(
            N_("Give your postal address"),
            N_("The law asks for it at the foot of a newsletter in most countries."),
            "/admin/settings#postal_address",
            bool(site.postal_address),
        ),
        Step(
            N_("Fill in the legal notice"),
            N_("Who answers for this site, shown at /legal."),
            "/admin/legal",
            bool(site.legal_notice) or not legal_facts.missing(site),
        ),
        Step(
            N_("Open the site to the world"),
            N_("Give it a name of its own with https, and set the public address to it."),
            "/admin/settings#base_url",
            site.base_url.startswith("https:") and not _is_local(site.base_url),
        ),
    ]


def _mail(*, is_connected: bool, is_stopped: bool) -> Step:
    if is_stopped:
        text = N_("Nothing reaches your readers until this is mended; nothing is lost either.")
        return Step(N_("Mail cannot be sent"), text, "/admin/mail", done=False, wrong=True)
    text = N_("Until there is one, mail is kept in the outbox for you to look at.")
    return Step(N_("Connect a mail server"), text, "/admin/mail", is_connected)


def _is_local(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local"))


ROUTES = [DeskRoute("/admin", home, needs=Needs.EDITOR)]
