"""No table that grows is gone through from one end for what visitors, the desk or the worker
ask all day. What they really do is recorded, and the engine is asked how it would do it."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from starlette.testclient import TestClient

from hub.app import COMPOSERS, HOUSEKEEPERS, create_app
from hub.audience.segments import EVERYBODY, Segment
from hub.db import Database, Transaction
from hub.mail.model import Connection, Done, Envelope, Outcome, Take
from hub.mail.verp import ReturnPaths
from hub.newsletter import claiming, deliveries, editions, outstanding, planning
from hub.newsletter.deliveries import Result
from hub.newsletter.returns import store as returned_store
from hub.newsletter.returns import taking
from hub.newsletter.returns.model import Report
from hub.site import monitoring_key
from hub.site import store as sites
from hub.times import to_text
from hub.users import one_time_links
from hub.web.state import Hub
from hub.worker import Worker
from tests.admin.conftest import logged_in
from tests.conftest import NOW
from tests.db.explaining import Ran, Statements, recorded, scans
from tests.db.filling import Make, fill, times

# Small for ever: what the owner decides, who works at the desk, who sends, what is written about.
# What keeps the last minutes alone is small too.
SMALL = {
    *("hub", "settings", "secrets", "users", "workers", "topics", "authors"),
    *("relays", "troubles", "edition_samples", "ramps", "reader_reports", "mailboxes"),
    # At most 500; what happened within the last minute; when sign-ups were held.
    *("segments", "invitations", "growth_moves", "brakes"),
    # A row for each status, cadence, language and source; the changes of the last minute.
    *("people_counts", "people_moves"),
    # At most 5,000 pairs of a reader service and a feed.
    "feed_readers",
    # A row for each day, and for each change of the legal pages.
    *("retention_days", "law_state", "law_changes"),
    *("setup_answers", "first_steps", "chosen_relay"),
    # What an owner gave to the desk within a week.
    "list_imports",
    # One for each provider; what was found last.
    *("webhook_keys", "examinations"),
    # One a day, and those that were asked for, of 90 days.
    "backups",
    # At most a row for each topic and author; at most two thousand addresses.
    *("changed_feeds", "missed"),
    # What the owner arranges: dozens.
    *("hall_places", "hall_links", "hall_sections", "hall_chosen", "hall_cards"),
}
# What may walk, by how its statement begins or what is in it, and why.
WALKS = {
    "SELECT * FROM users ORDER BY id": "who works at the desk: a handful, unlike here",
    "FROM journal  ORDER BY id DESC LIMIT": "newest first, and stops at the limit",
    "FROM editions ORDER BY id DESC LIMIT": "newest first, and stops at the limit",
    "AND on_site = 1 AND queued_up_to > 0 ORDER BY id DESC LIMIT": (
        "newest first, and stops at the limit"
    ),
    "FROM bounce_events WHERE kind <> 'lifted' ORDER BY id DESC": (
        "newest first, and stops at the limit"
    ),
    "FROM notices WHERE kind <> 'digest' ORDER BY at DESC": "newest first, and stops at the limit",
    "SELECT 1 FROM notices WHERE mail IN ('wanted', 'folded') LIMIT 1": "stops at the first",
    "FROM notices WHERE read_at IS NULL ORDER BY at": "by an index of its own, and stops so too",
    "(paused_until IS NULL OR paused_until <= :made_at) LIMIT 1": "stops at the first reader",
    "SELECT count(*) FROM (SELECT id FROM held_sign_ups LIMIT :most)": "stops at a hundred",
    "FROM confirmations ORDER BY id LIMIT :limit": "the first five hundred who asked",
    "email_key LIKE": "a part of an address is nowhere in order; so many are looked at for a page",
    "folded LIKE :noted": "the notes of as many people",
    "SELECT id, CAST(:changed AS text) FROM subscribers": "the next five thousand people",
    "DELETE FROM subscriber_tags WHERE tag = :changed": "the next five thousand people",
    "SELECT source AS name, kind": "the days of a year, with the sources of each",
    "DELETE FROM paces": "once an hour, a row for each domain",
    "SELECT count(*) FROM posts": "counted by an index alone, for pages that are kept",
    "SELECT max(id) FROM (SELECT id FROM subscribers WHERE id > :after": "as many as it queues",
    "FROM subscribers WHERE id > :after AND id <= :last AND status": "as many as it queues",
    "p.published_at FROM posts p WHERE p.kind = 'post' AND p.status = 'published' ORDER BY": (
        "the archive shows every article"
    ),
    "SELECT count(noticed_at) AS noticed": "counted by an index of those who are noticed or asked",
    # Of a chunk of them at once, so that PostgreSQL goes through a table while it is short.
    "SELECT email_hash FROM suppressions WHERE email_hash IN (:key)": (
        "as many readers as are claimed at once"
    ),
    "SELECT post_id, path FROM post_pictures WHERE post_id IN (:id0, :id1": (
        "the sitemap shows every article"
    ),
    "JOIN translations t ON t.original = p.slug WHERE p.id IN (:id0, :id1": (
        "the sitemap shows every article"
    ),
    "SELECT original FROM translations WHERE post_id IN (:id0, :id1": (
        "the sitemap shows every article"
    ),
    "t.original IN (:key0, :key1": "the sitemap shows every article",
    "p.newsletter IN (:meant0, :meant1) AND": (
        "the ledger compares every article with every edition, once a period"
    ),
}
# What is in somebody's hands just now, what the owner called off, and letters that are not sent.
# And pages elsewhere that are still to be asked.
SMALL_INDEXES = (
    "link_cards_due",
    "deliveries_claimed",
    "mails_claimed",
    "editions_cancelled",
    "letters_open",
)
# In thousands. To go through the shortest of the tables that grow takes more.
MOST_STEPS = 20
PEOPLE = 10_000
POSTS = 10_000
TAKEN = POSTS - 20
EDITIONS = 5_000
SENDING = EDITIONS
DRAFT = 200
LATER = NOW + timedelta(days=7)


def rarely(n: int, often: str, *seldom: str) -> str:
    """`often`, and one of `seldom` in a hundred rows."""
    return seldom[n // 100 % len(seldom)] if n % 100 == 0 else often


def just_now(n: int) -> str:
    """Within the last hours before LATER."""
    return to_text(LATER - timedelta(seconds=n))


def ahead(n: int) -> str:
    """Soon after LATER."""
    return to_text(LATER + timedelta(minutes=n))


VALUES: Mapping[str, Mapping[str, Make]] = {
    "link_cards": {"due_at": lambda n: times(n) if n % 1_000 == 0 else None},
    "hall_places": {"place": lambda n: ("menu", "footer", "home")[n - 1]},
    "hall_sections": {"topic": lambda n: "slug-7", "most": lambda n: 5, "hidden": lambda n: 0},
    "invitations": {
        **dict.fromkeys(("revoked_at", "expires_at", "most"), lambda n: None),
        "skips_approval": lambda n: 0,
    },
    "person_events": {"kind": lambda n: ("answered", "note")[n % 2]},
    "growth_days": {
        "day": lambda n: str(LATER.date() - timedelta(days=n // 10)),
        "kind": lambda n: ("requested", "confirmed", "unsubscribed", "bounced")[n % 4],
    },
    "list_sizes": {"day": lambda n: str(LATER.date() - timedelta(days=n))},
    "journal": {
        "who": lambda n: rarely(n, "user 7", "command"),
        "area": lambda n: rarely(n + 1, "posts", "readers"),
        "at": just_now,
    },
    "examinations": {"findings": lambda n: "[]"},
    "backups": {"state": lambda n: "done", "asked_at": times},
    "law_state": {"facts": lambda n: "{}", "coming": lambda n: None},
    "law_changes": {"changes": lambda n: "[]", "letter_id": lambda n: None},
    "list_imports": {"state": lambda n: "done", "created_at": just_now},
    "sessions": {"expires_at": ahead},
    "one_time_links": {"purpose": lambda n: "password", "subject_id": int, "expires_at": ahead},
    "limits": {"updated_at": just_now},
    "spent_tokens": {"expires_at": ahead},
    "spent_challenges": {"expires_at": ahead},
    "held_sign_ups": {"created_at": just_now, "reasons": lambda n: "trap"},
    "brakes": {"until": times},
    "sent_minutes": {"at": lambda n: to_text(LATER - timedelta(minutes=n))},
    "paces": {
        "next_at": lambda n: LATER.timestamp(),
        "slow_rate": lambda n: 0.5 if n % 100 == 0 else 0.0,
    },
    "posts": {
        "kind": lambda n: rarely(n, "post", "page"),
        "status": lambda n: rarely(n + 1, "published", "draft", "deleted"),
        "newsletter": lambda n: rarely(n + 2, "digest", "none", "digest+each"),
        "published_at": times,
        "html": lambda n: "<p>Some words of an article.</p>" * 20,
    },
    "subscribers": {
        "email_key": lambda n: f"email-{n}@hub.test",
        "status": lambda n: rarely(n, "active", "pending", "unsubscribed", "bounced", "waiting"),
        "source": lambda n: f"invite code-{n % 100}",
        "language": lambda n: rarely(n + 2, "en", "fr"),
        "cadence": lambda n: rarely(n + 1, "weekly", "monthly", "each"),
        "paused_until": lambda n: times(n) if n % 1000 == 0 else None,
        "acted_at": lambda n: "2019-01-01T00:00:00.000Z" if n % 100 == 7 else times(n),
        "noticed_at": lambda n: to_text(NOW - timedelta(days=60)) if n % 100 == 1 else None,
        "asked_at": lambda n: to_text(NOW - timedelta(days=40)) if n % 200 == 1 else None,
    },
    "editions": {
        "status": lambda n: "sending" if n == SENDING else "sent",
        "stream": lambda n: "weekly",
    },
    "letters": {
        "status": lambda n: rarely(n, "made", "draft", "scheduled"),
        "edition_id": lambda n: None if n % 100 == 0 else n,
        "send_at": lambda n: ahead(n) if n % 100 == 0 else None,
    },
    "edition_mails": {"template": lambda n: b"Subject: Ropes\r\n\r\nSome words.\r\n"},
    "edition_posts": {
        "stream": lambda n: ("weekly", "monthly", "each")[n // TAKEN],
        "post_id": lambda n: 1 + n % TAKEN,
    },
    # Half of them are of older editions; of the last one most have been sent.
    "deliveries": {
        "edition_id": lambda n: 1 + n // 1_000 if n < PEOPLE // 2 else SENDING,
        "subscriber_id": int,
        "state": lambda n: "queued" if n > PEOPLE - 500 else "accepted" if n % 1_000 else "failed",
        "worker_id": lambda n: None,
    },
    "notices": {
        "facts": lambda n: "{}",
        "kind": lambda n: "sent",
        "mail": lambda n: rarely(n, "queued", "wanted", "folded", "none"),
        "mailed_at": lambda n: None if n % 100 == 0 else times(n),
        "read_at": lambda n: None if n % 100 == 0 else times(n),
    },
    "reader_reports": {"until": lambda n: to_text(NOW - timedelta(days=1))},
    "consent_events": {
        "kind": lambda n: rarely(n, "imported", "confirmed", "unsubscribed", "requested"),
    },
    "media": {
        "path": lambda n: f"path-{n}",
        "content_type": lambda n: rarely(n, "image/png", "audio/mpeg"),
        "width": lambda n: None if n % 100 == 0 else n,
    },
    "redirects": {"post_id": lambda n: None if n % 100 == 0 else n % TAKEN + 1},
    "mails": {
        "kind": lambda n: "confirmation",
        "state": lambda n: rarely(n, "accepted", "queued"),
        "finished_at": lambda n: None if n % 100 == 0 else times(n),
        "worker_id": lambda n: None,
    },
}
ROWS = {
    **dict.fromkeys(("relays", "troubles", "list_imports", "brakes", "hall_places"), 3),
    "webhook_keys": 3,
    **dict.fromkeys(("hall_links", "hall_sections", "hall_chosen", "hall_cards"), 12),
    "missed": 1_000,
    "changed_feeds": 100,
    "backups": 100,
    "edition_samples": 100,
    "sent_minutes": 1_400,
    "retention_days": 1_000,
    "law_changes": 50,
    "settings": 3,
    "secrets": 3,
    "workers": 3,
    "users": PEOPLE,
    "topics": 50,
    "authors": 50,
    "post_topics": POSTS,
    "post_authors": POSTS,
    "posts": POSTS,
    "editions": EDITIONS,
    "segments": 50,
    "invitations": 50,
    "feed_readers": 50,
    "growth_moves": 100,
    "confirmations": PEOPLE,
    "letters": EDITIONS,
    "edition_posts": 3 * TAKEN - 1,
    "deliveries": PEOPLE,
}


@pytest.fixture
def large(hub: Hub) -> Hub:
    """A hub that has been at work for years."""
    fill(hub.db, usual=PEOPLE, rows=ROWS, values=VALUES)
    vacuum(hub)
    return replace(hub, now=lambda: LATER)


def vacuum(hub: Hub) -> None:
    """What a PostgreSQL server does by itself within a minute; that of the tests never does."""
    if hub.settings.database:
        with psycopg.connect(hub.settings.database, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


class Relay:
    """Accepts everything."""

    usable = True

    async def connect(self) -> Connection:
        return self

    async def deliver(self, first: Envelope, take: Take, done: Done) -> None:
        current: Envelope | None = first
        while current is not None:
            done(current, Outcome("accepted", 250, "ok"))
            current = take()

    async def close(self) -> None:
        pass


def visit(hub: Hub) -> None:
    """A reader looks around, subscribes, chooses and leaves."""
    reader = TestClient(create_app(hub), base_url="https://hub.test")
    for path in (
        "/",
        "/?page=2",
        "/posts/slug-5",
        "/topics/slug-7",
        "/authors/slug-7",
        "/archive",
        "/feed.xml",
        "/topics/slug-7/feed.xml",
        "/feeds",
        "/sitemap.xml",
        "/opensearch.xml",
        "/posts/slug-11",
        "/assets/0/cards/11.png",
        "/path-9",
        "/nowhere",
        "/media/path-3",
        "/newsletter",
        f"/newsletter/{SENDING}",
        "/newsletter/77/go/77",
        "/privacy",
        "/privacy/changes",
        "/stay/" + hub.signer.sign("stay", 401),
        "/receipt/" + hub.signer.sign("receipt", 402),
    ):
        reader.get(path, follow_redirects=False)
    reader.post("/stay/" + hub.signer.sign("stay", 401))
    for _ in range(2):
        answer = reader.post("/subscribe", data={"email": "new@reader.test", "topics": "a"})
        assert answer.status_code == 200
    trapped = {"email": "new+a@mail.test", "homepage": "x"}
    assert reader.post("/subscribe", data=trapped).status_code == 200
    with hub.db.write() as tx:
        sites.put(tx, "signup_mode", "approval")
    answer = reader.post("/invite/code-5", data={"email": "other@reader.test"})
    assert answer.status_code == 200
    with hub.db.read() as tx:
        path = "/confirm/" + hub.signer.sign(
            "confirm", int(tx.scalar("SELECT max(id) FROM confirmations"))
        )
    assert "answer" in reader.post(path).text
    assert reader.post(f"{path}/answer", data={"answer": "A sailor."}).status_code == 200
    with hub.db.write() as tx:
        sites.put(tx, "signup_mode", "open")
    assert reader.post("/subscribe", data={"email": "last@reader.test"}).status_code == 200
    with hub.db.read() as tx:
        asked = int(tx.scalar("SELECT max(id) FROM confirmations"))
        person = int(tx.scalar("SELECT max(id) FROM subscribers"))
    for purpose, number in (("confirm", asked), ("preferences", person), ("unsubscribe", person)):
        path = f"/{purpose}/{hub.signer.sign(purpose, number)}"
        assert reader.get(path).status_code == 200
        assert reader.post(path, data={"cadence": "monthly"}).status_code == 200


def keep(hub: Hub) -> None:
    """The owner looks at everything, logs in, and asks for a password."""
    desk = TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False)
    desk.post("/admin/login", data={"email": "a@hub.test", "password": "x" * 20})
    desk.post("/admin/password", data={"email": "email-1"})
    with hub.db.write() as tx:
        token = one_time_links.make(tx, "password", 1, hub.now())
        one_time_links.use(tx, "password", token, hub.now())
    logged_in(desk, hub, "owner")
    with hub.db.write() as tx:
        sites.put(tx, "welcome_posts", "slug-5\nnowhere")
        sites.put(tx, "notice_readers", "daily")
    with hub.db.read() as tx:
        waiting = int(tx.scalar("SELECT max(id) FROM subscribers WHERE status = 'waiting'"))
    form = {"who": str(waiting), "decision": "declined"}
    assert desk.post("/admin/subscribers/waiting", data=form).status_code == 303
    form = {"who": "77", "tags": "a,tag-7"}
    for action in ("add", "remove"):
        some = "status=active&cadence=weekly&topic=topic-7&source=source-7&joined=2020-01-01"
        for path in ("tags", "tagging?tag=tag-7", f"tagging?language=fr&{some}"):
            path = f"/admin/subscribers/{path}"
            answer = desk.post(path, data=form | {"action": action, "step": "do"})
            assert answer.status_code == 303
            assert desk.post(path, data=form).status_code in (200, 303)
    assert desk.post("/admin/newsletter/segments/count").status_code == 303
    assert desk.post("/admin/subscribers/77/notes", data={"text": "A"}).status_code == 303
    assert desk.post("/admin/subscribers/77/notes/7/remove").status_code == 303
    form = {"kind": "place", "name": "A", "code": "a"}
    assert desk.post("/admin/subscribers/invitations/new", data=form).status_code == 303
    assert desk.post("/admin/subscribers/invitations/7/revoke").status_code == 303
    assert desk.post("/admin/notices/5/read").status_code == 303
    assert desk.post("/admin/notices/read", data={"newest": "9000"}).status_code == 303
    arranging = "/admin/newsletter/next/weekly"
    assert desk.post(f"{arranging}/intro", data={"markdown": "A"}).status_code == 303
    with hub.db.read() as tx:
        article = planning.waiting(tx, "weekly", hub.now())[0]
    for to in ("down", "newest", "hold", "release"):
        form = {"move": f"{to} {article.id}"}
        assert desk.post(f"{arranging}/articles", data=form).status_code == 303
    for path in (
        "/admin",
        "/admin/posts",
        "/admin/posts?status=draft",
        "/admin/posts/5",
        "/admin/pages",
        "/admin/hall",
        "/admin/hall/sections/6",
        "/admin/hall/sections/1?q=words",
        "/admin/media",
        "/admin/sounds",
        "/admin/addresses",
        "/admin/addresses?page=2",
        "/admin/redirects",
        "/admin/redirects?q=/path-5&after=path-50",
        "/admin/redirects/edit?path=/path-of-old",
        "/admin/subscribers",
        "/admin/subscribers?after=9000",
        "/admin/subscribers?status=pending",
        "/admin/subscribers?status=active&after=9000",
        "/admin/subscribers?q=reader",
        "/admin/subscribers?tag=tag-7",
        "/admin/subscribers?tag=tag-7,a&topic=topic-7&joined=2026-11-01",
        "/admin/subscribers?status=active&language=fr&source=invite+code-7&cadence=each",
        "/admin/subscribers/tagging?tag=tag-7",
        "/admin/subscribers/export?format=csv&tag=tag-7",
        "/admin/subscribers/77",
        "/admin/subscribers/held",
        "/admin/subscribers/held?after=9000",
        "/admin/subscribers/77?all",
        "/admin/subscribers/77/receipt.json",
        "/admin/legal",
        "/admin/subscribers/lists",
        "/admin/subscribers/waiting",
        "/admin/subscribers/waiting?after=50",
        "/admin/numbers",
        "/admin/numbers?span=year&source=invite%20code-7",
        "/admin/subscribers/invitations",
        "/admin/subscribers/invitations/5",
        "/admin/newsletter",
        f"/admin/newsletter/{SENDING}",
        f"/admin/newsletter/{SENDING}/readers/deferred",
        f"/admin/newsletter/{SENDING}/readers/failed?after=3000",
        "/admin/newsletter/next/weekly",
        "/admin/newsletter/past",
        f"/admin/newsletter/past?before={EDITIONS - 100}",
        "/admin/newsletter/ledger",
        f"/admin/newsletter/ledger?stream=each&after={times(9_000)},9000",
        "/admin/newsletter/segments",
        "/admin/newsletter/segments/3",
        f"/admin/newsletter/letters/{DRAFT}",
        f"/admin/newsletter/letters/{DRAFT}/check",
        f"/admin/newsletter/letters/{DRAFT}/send",
        "/admin/notices",
        "/admin/notices?after=5000",
        "/admin/users",
        "/admin/users/77",
        "/admin/account",
        "/admin/backups",
        "/admin/doctor",
        "/admin/tokens",
        "/admin/settings",
        "/admin/settings/look",
        "/admin/settings/look/preview",
        "/admin/log",
        "/admin/log?before=5000",
        "/admin/log?who=command&before=9000",
        "/admin/log?area=readers&before=9000",
        "/admin/log?who=command&area=readers",
        "/admin/settings/welcome/fr",
    ):
        assert desk.get(path).status_code == 200, path
    assert desk.post("/admin/users/77/sessions/end").status_code == 303
    assert desk.post(f"/admin/users/78/sessions/{'a' * 16}/end").status_code == 303
    assert desk.post("/admin/backups").status_code == 303
    for act in ("drop", "let-through"):
        answer = desk.post("/admin/subscribers/held", data={"held": ["70", "71"], "do": act})
        assert answer.status_code == 303
    assert desk.post("/admin/subscribers/held/end-brake").status_code == 303


def watch(hub: Hub) -> None:
    """A monitor looks in, with a wrong key and with the right one."""
    with hub.db.write() as tx:
        key = monitoring_key.make(tx, by="a", now=hub.now())
    monitor = TestClient(create_app(hub), base_url="https://hub.test")
    for given, status in (("x", 401), (key, 200)):
        answer = monitor.get("/metrics", headers={"authorization": f"Bearer {given}"})
        assert answer.status_code == status


def work(hub: Hub) -> None:
    """A worker plans, queues, sends, keeps house; another one is found dead."""
    with hub.db.write(concurrent=True) as tx:
        held = claiming.claim(tx, 1, now=LATER, limit=100)
        assert len(held) == 100
        results = [Result(SENDING, d.subscriber_id, "accepted", 250, "", NOW) for d in held]
        deliveries.record(tx, 1, results)

    async def once() -> None:
        slept = 0.0
        worker = await asyncio.to_thread(
            Worker,
            hub,
            COMPOSERS,
            mailer=Relay(),
            housekeepers=HOUSEKEEPERS,
            steady=lambda: time.monotonic() + slept,
        )
        assert await worker.tick(LATER)
        slept = 100.0
        await worker.beat(LATER)
        await asyncio.to_thread(worker.others_hold_work)
        await worker.close(LATER)

    asyncio.run(once())
    with hub.db.write() as tx:
        # One batch of a long list: what the tick queued was all there is.
        older = editions.get(tx, 5)
        assert older is not None
        deliveries.queue_batch(tx, replace(older, queued_up_to=5_000), "weekly", now=NOW, limit=100)
        for segment in (EVERYBODY, Segment("weekly", ("topic-7",), NOW, "fr", "source-7", ("a",))):
            sixth = replace(older, id=6, queued_up_to=5_000)
            deliveries.queue_segment(tx, sixth, segment, now=NOW, limit=100)
        blamed = outstanding.refusing(tx, SENDING)
        outstanding.leave_out(tx, SENDING, [6_000, *(one.subscriber_id for one in blamed)], now=NOW)
        deliveries.retriable(tx, SENDING)
        deliveries.retry(tx, SENDING, now=NOW)


def bring_back(hub: Hub) -> None:
    """Mail comes back: to a mailbox that another worker may read, and by a provider's word."""
    path = ReturnPaths(hub.signer).maker("b@hub.test")
    reports = [
        Report("dsn", "a", status="5.2.2", paths=(path(SENDING, 6_001),)),
        Report("dsn", "b", status="5.7.1", paths=(path(SENDING, 6_002),)),
        Report("dsn", "c", status="5.1.1", paths=(path(0, 100),)),
        Report("webhook:x", "d", status="5.1.1", address="email-7003@hub.test", message_id="x"),
        Report("webhook:x", "e", complaint=True, address="email-7004@hub.test"),
    ]
    with hub.db.write() as tx:
        for report in reports:
            taking.take(tx, report, signer=hub.signer, site=hub.site(), now=LATER)
        returned_store.box_is_due(tx, "name-1", LATER)
        returned_store.take_turn(tx, "name-1", next_at=LATER)
        returned_store.mark(tx, "name-1", uid_validity=1, uid=1, replies=0)
        returned_store.spend(tx, "x", expires_at=LATER)


def faults(tx: Transaction, statements: Statements) -> list[str]:
    """A line for each table that grows and is gone through from one end."""
    return [
        f"{scan.table}: {scan.how}\n    {sql}"
        for sql, ran in statements.items()
        for scan in scans(tx, sql, ran.values)
        if scan.table not in SMALL
        and not scan.how.endswith(SMALL_INDEXES)
        and not any(part in sql for part in WALKS)
    ]


@pytest.mark.slow
def test_nothing_hot_goes_through_a_table(large: Hub) -> None:
    with recorded() as statements:
        visit(large)
        keep(large)
        watch(large)
        work(large)
        bring_back(large)
    with large.db.write() as tx:
        found = faults(tx, statements)
    found += [
        f"{ran.steps:,} thousand steps\n    {sql}"
        for sql, ran in statements.items()
        if ran.steps > MOST_STEPS and not any(part in sql for part in WALKS)
    ]
    assert not found, "\n".join(found)
    for part in WALKS:
        assert any(part in sql for sql in statements), f"nobody asks this any more: {part}"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM subscribers WHERE name = 'Ada'",
        "SELECT count(*) FROM deliveries WHERE reply = 'no'",
        "UPDATE mails SET attempts = 0 WHERE reply = 'no'",
        "SELECT p.id FROM posts AS p LEFT JOIN media m ON m.path = p.cover WHERE p.uid = 'a'"
        " AND m.content_type = 'image/png' OR p.title = 'b'",
        "DELETE FROM confirmations WHERE expires_at < '2026'",
    ],
)
def test_a_table_that_is_gone_through_is_found(db: Database, sql: str) -> None:
    with db.write() as tx:
        assert faults(tx, {sql: Ran({})})


def test_what_runs_is_recorded(db: Database) -> None:
    with recorded() as statements, db.write() as tx:
        tx.executemany("DELETE FROM posts WHERE id = :id", iter([{"id": 1}, {"id": 2}]))
        list(tx.stream(int, "SELECT id FROM posts WHERE slug = :slug", slug="a"))
        tx.among(int, "SELECT id FROM posts WHERE uid IN :keys", ["a", "b"])
    assert statements == {
        "DELETE FROM posts WHERE id = :id": Ran({"id": 1}),
        "SELECT id FROM posts WHERE slug = :slug": Ran({"slug": "a"}),
        "SELECT id FROM posts WHERE uid IN (:key)": Ran({"key": "a"}),
    }
