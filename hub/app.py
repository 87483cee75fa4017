"""create_app: the one place where the parts are joined."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from hub import i18n, journal, limits, logs, running, worker
from hub.admin import letters as desk_letters
from hub.admin import metrics
from hub.admin import routes as desk
from hub.audience import (
    approval,
    consent,
    request_letters,
    request_views,
    requests,
    retention,
    retention_views,
    signup,
)
from hub.audience import letters as audience_letters
from hub.audience import views as audience_views
from hub.audience.gates import entrance, holding
from hub.audience.gates import store as gates
from hub.audience.model import CADENCES, Subscriber
from hub.content import (
    card_views,
    listing,
    markdown_views,
    media,
    media_views,
    missed,
    rendering,
    search,
    search_views,
    sharing,
    working_copies,
)
from hub.content import views as content_views
from hub.content.hall import showing
from hub.content.model import Topic
from hub.errors import Unavailable
from hub.feeds import reach
from hub.feeds import views as feed_views
from hub.law import views as law_views
from hub.mail import sent
from hub.mail.model import Composer
from hub.newsletter import dossier, pace_store, presses, welcoming
from hub.newsletter import views as newsletter_views
from hub.newsletter.returns import store as returns_store
from hub.newsletter.returns import views as returns_views
from hub.newsletter.welcoming import Reader, Welcome
from hub.notices import telling
from hub.settings import from_environment
from hub.site import backup_jobs
from hub.site.model import Site
from hub.users import letters as users_letters
from hub.users import store as users
from hub.web import assets, drawing, error_pages, health, scripts, themes
from hub.web.page_cache import PageCache
from hub.web.security import SameOrigin, SecurityHeaders
from hub.web.state import Hub
from hub.web.state import create_hub as create_hub  # also found here, beside create_app
from hub.web.state import hub as hub_of
from hub.web.watching import GRACE_SECONDS, watch_site

# Starlette's default of 40 threads is four times slower than four: they fight for the GIL.
THREADS = 4
MISSED_SECONDS = 5.0
# Beside them, for what authors wait for: as many as there are processes that render.
SLOW_THREADS = rendering.CHILDREN
# And for what asks servers elsewhere, which may take half a minute.
WAITING_THREADS = 2

Background = Callable[[Hub, asyncio.Event], Awaitable[None]]

# Who writes the letters that follow a commit, by kind.
COMPOSERS: dict[str, Composer] = {
    **audience_letters.COMPOSERS,
    **request_letters.COMPOSERS,
    **retention.COMPOSERS,
    **users_letters.COMPOSERS,
    **desk_letters.COMPOSERS,
    **welcoming.COMPOSERS,
}
# Called by the worker once an hour.
HOUSEKEEPERS: tuple[worker.Housekeeper, ...] = (
    signup.purge_unconfirmed,
    requests.forget_old,
    consent.keep_all,
    holding.forget_old,
    gates.forget_spent,
    entrance.forget_clients,
    limits.forget_old,
    sent.forget_old,
    pace_store.forget_idle,
    returns_store.forget_spent,
    users.delete_expired_sessions,
    telling.purge,
    missed.forget_old,
    reach.forget_old,
    working_copies.forget_old,
    journal.forget_old,
    backup_jobs.forget_old,
)


def create_app(hub: Hub, *, background: Background | None = None) -> ASGIApp:
    """The web application. `background` (the worker) runs for as long as it does."""

    not_found = missed.Missed()
    feed_readers = reach.Reach()
    pressed = presses.Presses()
    # Before the first page is made, so that no change falls between.
    version = hub.db.site_version()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        stopping = asyncio.Event()
        watching = watch_site(
            hub.db, forget, stopping, version, files_changed=themes.forget_changed
        )
        tasks = [
            asyncio.create_task(watching),
            asyncio.create_task(_read_older_posts(hub, stopping)),
            asyncio.create_task(_write_counts(hub, not_found, feed_readers, pressed, stopping)),
        ]
        if background is not None:
            tasks.append(asyncio.create_task(_ensure(background, hub, stopping)))
        try:
            yield
        finally:
            stopping.set()
            hub.db.wake()
            await asyncio.gather(*tasks)
            hub.db.close()

    app = Starlette(routes=routes(), lifespan=lifespan, exception_handlers=error_pages.HANDLERS)
    # The last route answers every path; what is none ("OPTIONS *") gets no other address guessed.
    app.router.redirect_slashes = False
    app.state.hub = hub
    app.state.missed = not_found
    app.state.presses = pressed
    app.state.chrome = _chrome
    app.state.welcome = _welcome
    app.state.first_page = content_views.home
    app.state.article = content_views.post
    app.state.offered_topics = _offered_topics
    app.state.dossier = _dossier
    app.state.drawing = drawing.limiter()
    app.state.slow_threads = anyio.CapacityLimiter(SLOW_THREADS)
    app.state.waiting_threads = anyio.CapacityLimiter(WAITING_THREADS)
    same_origin = SameOrigin(app, hub=hub)
    headers = SecurityHeaders(same_origin, hub=hub)
    cache = PageCache(
        headers,
        now=time.time,
        heard=lambda path, agent: feed_readers.note(path, agent, hub.now()),
        listened=reach.FILES,
    )
    hub.db.on_site_change(cache.clear)

    def forget() -> None:
        # In this order: no page with the old headers is made after the pages are forgotten.
        headers.refresh()
        same_origin.refresh()
        cache.clear(grace=GRACE_SECONDS)

    return cache


def serving_app() -> ASGIApp:
    """What each process of `hub serve` runs; the environment says which hub."""
    logs.configure()
    return create_app(create_hub(from_environment()), background=work)


def serving_app_without_worker() -> ASGIApp:
    """As `serving_app`, for `--no-worker`: mail is sent by `hub worker`."""
    logs.configure()
    return create_app(create_hub(from_environment()))


async def work(hub: Hub, stopping: asyncio.Event) -> None:
    """The worker with everything it joins, until `stopping` is set."""
    await running.run(hub, stopping, composers=COMPOSERS, housekeepers=HOUSEKEEPERS)


def routes() -> list[BaseRoute]:
    """Every address of the hub. Tests walk this list."""
    return [
        *assets.ROUTES,
        *scripts.ROUTES,
        *health.ROUTES,
        *metrics.ROUTES,
        *desk.ROUTES,
        *request_views.ROUTES,
        *audience_views.ROUTES,
        *retention_views.ROUTES,
        *media_views.ROUTES,
        *card_views.ROUTES,
        *law_views.ROUTES,
        *search_views.ROUTES,
        *markdown_views.ROUTES,
        *content_views.ROUTES,
        *feed_views.ROUTES,
        *newsletter_views.ROUTES,
        *returns_views.ROUTES,
        # Pages and old addresses: whatever nothing above answers. It stays the last.
        content_views.OLD_ADDRESSES,
    ]


def _chrome(request: Request, site: Site, language: str) -> dict[str, object]:
    """What header and footer of every page show.

    `subscribe_form` is what the form to subscribe offers, None before set-up; `footer_links` are
    more of what `footer_menu` holds: things with `title` and `url`. `share_image` stands for a page
    that has no picture of its own where a link to it is shared.
    """
    with hub_of(request).db.read() as tx:
        lines = showing.entries(tx, language)
        logo = media.picture(tx, site.logo) if site.logo else None
        share_image = sharing.of_site(tx, site)
    return {
        "menu": lines["menu"],
        "footer_menu": lines["footer"],
        "logo": logo,
        "share_image": share_image,
        "footer_links": law_views.links(site, language),
        "subscribe_form": _subscribe_form(request, site, language) if site.ready_at else None,
    }


def _subscribe_form(request: Request, site: Site, language: str) -> dict[str, object]:
    """`challenge_url` and `script_url` are empty where readers' browsers need not work for it."""
    agreed = consent.consent_text(site, language)
    asks = site.proof_of_work == "on"
    return {
        "action": "/subscribe",
        "consent_text": agreed.text,
        "consent_version": agreed.version,
        "closed": approval.closed_text(site, language),
        "cadences": CADENCES,
        "topics": _offered_topics(request, site),
        "languages": i18n.LANGUAGES,
        "challenge_url": "/subscribe/challenge" if asks else "",
        "script_url": f"{scripts.folder()}/sign-up.js" if asks else "",
    }


def _offered_topics(request: Request, site: Site, others: Sequence[str] = ()) -> list[Topic]:
    """The topics that the owner offers, and others of a reader's own, with their names."""
    slugs = list(dict.fromkeys((*site.topics_offered, *others)))
    if not slugs:
        return []
    with hub_of(request).db.read() as tx:
        return listing.named_topics(tx, slugs)


def _dossier(request: Request, subscriber: Subscriber, form: str) -> str:
    """Everything that is known of a reader, as `json` or `csv`."""
    with hub_of(request).db.read() as tx:
        parts = dossier.of(tx, subscriber)
    return dossier.as_csv(parts) if form == "csv" else dossier.as_json(parts)


def _welcome(request: Request, site: Site, subscriber: Subscriber) -> Welcome:
    """What the page after confirming shows beside."""
    parts = hub_of(request)
    reader = Reader(subscriber.id, subscriber.email_key, subscriber.cadence, subscriber.language)
    with parts.db.read() as tx:
        return welcoming.gather(tx, site, reader, parts.now())


async def _read_older_posts(hub: Hub, stopping: asyncio.Event) -> None:
    """Let search know what an older version of the hub published, beside the requests."""
    # A thread of its own: the few that answer requests are not for this.
    own = anyio.CapacityLimiter(1)
    after: int | None = 0
    while after is not None and not stopping.is_set():
        try:
            after = await anyio.to_thread.run_sync(search.catch_up, hub.db, after, limiter=own)
        except Unavailable:
            await _pause(stopping, 5.0)
        except Exception:  # noqa: BLE001  # the site goes on without; the next start tries again
            logs.failure("search.not_caught_up")
            return


async def _write_counts(
    hub: Hub,
    not_found: missed.Missed,
    feed_readers: reach.Reach,
    pressed: presses.Presses,
    stopping: asyncio.Event,
) -> None:
    """Write down every few seconds, and at the end, which addresses were asked for in vain, how
    many subscribers reader services say they have, and how often links were pressed."""
    own = anyio.CapacityLimiter(1)
    last = False
    while not last:
        await _pause(stopping, MISSED_SECONDS)
        last = stopping.is_set()
        try:
            await anyio.to_thread.run_sync(missed.write, hub.db, not_found, limiter=own)
            await anyio.to_thread.run_sync(reach.write, hub.db, feed_readers, limiter=own)
            await anyio.to_thread.run_sync(presses.write, hub.db, pressed, limiter=own)
        except Unavailable:
            continue
        except Exception:  # noqa: BLE001  # a count is not worth a site
            logs.failure("counts.not_written")


async def _ensure(background: Background, hub: Hub, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            await background(hub, stopping)
        except Exception:  # noqa: BLE001  # the site goes on when the worker stumbles
            logs.failure("worker.failed")
            await _pause(stopping, 1.0)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
