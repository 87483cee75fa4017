"""Fills a hub on the engine that HUB_DATABASE names, and measures it: run by bench/engines.py."""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

from bench.corpus import paragraphs
from hub.app import create_hub
from hub.audience import signup, store
from hub.audience.consent import consent_text
from hub.audience.model import Wish
from hub.content import listing, search
from hub.db import Transaction
from hub.newsletter import claiming, deliveries, editions, planning
from hub.newsletter.deliveries import Result
from hub.newsletter.planning import Press
from hub.settings import from_environment
from hub.site import store as sites
from hub.web.mailing import renderer
from hub.web.state import Hub

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PER_PAGE = 50
CLAIM = 100
SECONDS = 5.0
WORDS = ("harbour", "quiet engine", "harb", "bridge of the river")

# What was measured → the figure, and how it was taken.
Figures = dict[str, tuple[str, str]]


def fill(hub: Hub, people: int, articles: int) -> None:
    """A hub that is set up, with so many readers and articles, one of them waiting to be sent."""
    with hub.db.write() as tx:
        sites.put(tx, "title", "Bench")
        sites.put(tx, "base_url", "https://hub.test")
        sites.put(tx, "owner_email", "owner@hub.test")
        sites.mark_ready(tx, NOW)
        tx.execute(
            "WITH RECURSIVE people (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM people"
            " WHERE n < :people) INSERT INTO subscribers (email, email_key, name, status, cadence,"
            " language, source, created_at, confirmed_at) SELECT 'reader.' || n || '@mail'"
            " || (n % 97) || '.test', 'reader.' || n || '@mail' || (n % 97) || '.test',"
            " 'Reader ' || n, CASE WHEN n % 10 > 0 THEN 'active'"
            " WHEN n % 20 > 0 THEN 'unsubscribed'"
            " ELSE 'pending' END, 'weekly', 'en', 'import', CAST(:now AS text),"
            " CAST(:now AS text) FROM people",
            people=people,
            now=NOW,
        )
        tx.executemany(_POST, _posts(articles))
    with hub.db.bulk(write=True) as bulk:
        bulk.finish(bulk.tables())


_POST = (
    "INSERT INTO posts (uid, kind, slug, title, excerpt, markdown, html, plain_text,"
    " reading_minutes, status, newsletter, language, canonical_url, cover, cover_alt, created_at,"
    " updated_at, published_at) VALUES (:uid, 'post', :slug, :title, :excerpt, :text, :text, :text,"
    " 5, 'published', :newsletter, 'en', '', '', '', :now, :now, :now)"
)


def _posts(articles: int) -> Iterator[dict[str, object]]:
    """Articles of 8 kB in the middle, as a real blog has them."""
    chance = random.Random(7)
    ready = paragraphs(chance, 500)
    for n in range(articles):
        long = min(60_000, int(chance.lognormvariate(8.9, 0.8)))
        text = "\n\n".join(chance.choices(ready, k=max(1, long // 400)))
        yield {
            "uid": f"post-{n}",
            "slug": f"article-{n}",
            "title": text[:50],
            "excerpt": text[50:200],
            "text": text,
            "newsletter": "digest" if n == 0 else "none",
            "now": NOW,
        }


def measure(hub: Hub, people: int, articles: int) -> Figures:
    """Everything, in an order in which nothing disturbs what comes after it."""
    return {
        **_reads(hub, people, articles),
        **_search(hub, articles),
        **_lists(hub, people),
        **_sign_ups(hub),
        **_edition(hub, people),
        **_memory(),
    }


def _reads(hub: Hub, people: int, articles: int) -> Figures:
    chance = random.Random(1)

    def post(tx: Transaction) -> object:
        return listing.published(tx, "post", f"article-{chance.randrange(articles)}")

    def person(tx: Transaction) -> object:
        n = chance.randrange(1, people)
        return store.by_email_key(tx, f"reader.{n}@mail{n % 97}.test")

    how = "median of 2,000 by chance, each in a transaction of its own"
    return {
        "an article by its slug, with authors and topics": (_shown(_read(hub, post, 2_000)), how),
        "a subscriber by address": (_shown(_read(hub, person, 2_000)), how),
    }


def _lists(hub: Hub, people: int) -> Figures:
    middle = people // 2
    asked: dict[str, Callable[[Transaction], object]] = {
        "how many have each status": store.count_by_status,
        "how many readers the next digest has": lambda tx: deliveries.readers(tx, "weekly", NOW),
        "first page": lambda tx: store.page(tx, limit=PER_PAGE),
        "page in the middle": lambda tx: store.page(tx, after=middle, limit=PER_PAGE),
        "first page of one status": lambda tx: store.page(tx, status="pending", limit=PER_PAGE),
        "a part of an address that many have": lambda tx: store.page(
            tx, search="mail7", limit=PER_PAGE
        ),
        "a part of an address that one has": lambda tx: store.page(
            tx, search=f"r.{middle // 10}@", limit=PER_PAGE
        ),
    }
    how = f"{people:,} subscribers, median of 20"
    return {
        f"list of subscribers: {what}": (_shown(_read(hub, ask, 20)), how)
        for what, ask in asked.items()
    }


def _search(hub: Hub, articles: int) -> Figures:
    after: int | None = 0
    started = time.monotonic()
    while after is not None:
        after = search.catch_up(hub.db, after)
    indexed = time.monotonic() - started
    taken = [_read(hub, partial(search.find, query=words), 20) for words in WORDS]
    return {
        f"search over {articles:,} articles": (
            f"{_shown(statistics.median(taken))}, at most {_shown(max(taken))}",
            f"{len(WORDS)} questions, first page with marked pieces, median of 20 each",
        ),
        "the index of search made anew": (f"{indexed:.0f} s", "of 8 kB in the middle"),
    }


def _sign_ups(hub: Hub) -> Figures:
    consent = consent_text(hub.site(), "en")
    numbers = count()

    def one() -> None:
        n = next(numbers)
        wish = Wish(f"reader@new-{n}.test", "", "weekly", (), "en")
        with hub.db.write() as tx:
            network = f"10.{n >> 8 & 255}.{n & 255}.0/24"
            signup.sign_up(tx, wish, consent, form_url="/", network=network, now=NOW)

    def many(_thread: int) -> int:
        until = time.monotonic() + SECONDS
        made = 0
        while time.monotonic() < until:
            one()
            made += 1
        return made

    figures = {}
    for threads in (1, 4):
        with ThreadPoolExecutor(threads) as pool:
            made = sum(pool.map(many, range(threads)))
        figures[f"sign-ups, {threads} thread{'s' * (threads > 1)}"] = (
            f"{made / SECONDS:,.0f}/s",
            "the whole action: limit, subscriber, consent, confirmation and mail in one durable"
            " commit",
        )
    return figures


def _edition(hub: Hub, people: int) -> Figures:
    site = hub.site()
    press = Press(site, hub.signer, renderer(site, hub.settings), hub.settings.media)
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press, "weekly", NOW)
    batches = []
    started = time.monotonic()
    status = "planned"
    while status == "planned":
        begun = time.monotonic()
        with hub.db.write() as tx:
            planning.queue(tx, edition.id, NOW)
            now = editions.get(tx, edition.id)
        batches.append(time.monotonic() - begun)
        status = now.status if now else ""
    queued = time.monotonic() - started
    with hub.db.read() as tx:
        waiting = editions.counts(tx, edition.id).queued
    rounds = people // 2 // CLAIM
    bookmark = claiming.Bookmark()
    taken = [_claim_and_record(hub, edition.id, bookmark) for _ in range(rounds)]
    first, last = taken[:50], taken[-50:]

    def middle(some: list[tuple[float, float]], n: int) -> str:
        return _shown(statistics.median(pair[n] for pair in some))

    how = f"of {CLAIM}, each a durable commit; median of 50"
    return {
        "queueing an edition": (f"{queued:.1f} s", f"{waiting:,} readers"),
        "its longest batch, for which other writers wait": (_shown(max(batches)), "the same"),
        "a claim at the start": (middle(first, 0), how),
        f"a claim after {rounds * CLAIM:,}": (middle(last, 0), how),
        "writing results down at the start": (middle(first, 1), how),
        f"writing results down after {rounds * CLAIM:,}": (middle(last, 1), how),
        "claims and results": (
            f"{rounds * CLAIM / sum(map(sum, taken)):,.0f} deliveries/s",
            "one worker that sends nothing",
        ),
    }


def _claim_and_record(
    hub: Hub, edition_id: int, bookmark: claiming.Bookmark
) -> tuple[float, float]:
    """Seconds of a claim and of writing its results down."""
    started = time.monotonic()
    with hub.db.write(concurrent=True) as tx:
        held = claiming.claim(tx, 1, now=NOW, limit=CLAIM, bookmark=bookmark)
    claimed = time.monotonic()
    if len(held) != CLAIM:
        raise RuntimeError(f"{len(held)} were claimed")
    results = [Result(edition_id, d.subscriber_id, "accepted", 250, "ok", NOW) for d in held]
    with hub.db.write(concurrent=True) as tx:
        deliveries.record(tx, 1, results)
    return claimed - started, time.monotonic() - claimed


def _memory() -> Figures:
    status = Path("/proc/self/status").read_text()
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return {"memory at most": (f"{int(peak) // 1024} MB", "the process that did all this")}


def _read(hub: Hub, ask: Callable[[Transaction], object], runs: int) -> float:
    """Seconds in the middle, after one that warms up."""
    taken = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        with hub.db.read() as tx:
            found = ask(tx)
        taken.append(time.perf_counter() - started)
        if found is None:
            raise RuntimeError("nothing was found")
    return statistics.median(taken[1:])


def _shown(seconds: float) -> str:
    ms = seconds * 1000
    return f"{ms:.3f} ms" if ms < 1 else f"{ms:.1f} ms" if ms < 100 else f"{ms:.0f} ms"


def main() -> None:
    """`python -m bench.one_engine fill|measure PEOPLE ARTICLES`; figures as JSON on stdout."""
    step, people, articles = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    hub = create_hub(from_environment())
    try:
        if step == "fill":
            fill(hub, people, articles)
        else:
            print(json.dumps(measure(hub, people, articles)))
    finally:
        hub.db.close()


if __name__ == "__main__":
    main()
