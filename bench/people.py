"""A hub that has gathered people for three years: of every status, with topics, tags, notes, a log
of consent, and the deliveries of its last editions."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hub.audience import segments
from hub.audience.segments import Segment
from hub.db import Database, Transaction
from hub.times import to_text

TODAY = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
# Every tenth reader has no topic; the tags, and one reader in how many has each.
TOPICS = ("harbour", "engine", "river", "bridge", "market", "garden", "letter", "window")
TAGS = {"customer": 3, "old hand": 10, "vip": 100, "brest": 5_000, "speaker": 50_000}
RARE_NAME = "Quintessa"
EDITIONS, DELIVERED = 150, 3
_DAYS = 3 * 365
_STEP = 20_000
_NAMES = ("Ada", "Bob", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jana", "Zoë")
_SOURCES = (
    ("form",) * 12 + ("import readers.csv",) * 5 + ("owner", "invite linkedin", "invite fair")
)
_STATUSES = ("active",) * 40 + ("unsubscribed",) * 6 + ("bounced",) * 2 + ("pending",) * 2
_COLUMNS = (
    *("id", "email", "email_key", "name", "status", "cadence", "paused_until", "language"),
    *("source", "created_at", "confirmed_at", "unsubscribed_at", "acted_at"),
)
_EVENT = ("subscriber_id", "kind", "at", "text", "text_version", "language", "form_url", "source")
_DELIVERY = (
    *("edition_id", "subscriber_id", "state", "due_at", "attempts", "code", "reply"),
    "finished_at",
)
SEGMENTS = {
    "French": Segment(language="fr"),
    "Monthly": Segment(cadence="monthly"),
    "From the fair": Segment(source="invite fair"),
    "Customers": Segment(tags=("customer",)),
    "Customers and old hands": Segment(tags=("customer", "old hand")),
    "Harbour or engine": Segment(topics=("harbour", "engine")),
    "Speakers": Segment(tags=("speaker",)),
    "This year": Segment(joined_since=TODAY - timedelta(days=300)),
    "French customers of this year": Segment(
        language="fr", tags=("customer",), joined_since=TODAY - timedelta(days=300)
    ),
}


def fill(db: Database, people: int) -> None:
    """So many people, the same for the same number; the desk's segments; editions."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for start in range(1, people + 1, _STEP):
        with db.write(durable=False) as tx:
            _add(tx, range(start, min(start + _STEP, people + 1)), people, counts)
    with db.write() as tx:
        tx.load(
            "growth_days",
            ("day", "kind", "source", "people"),
            ((*key, number) for key, number in counts.items()),
        )
        for name, segment in SEGMENTS.items():
            segments.add(tx, name, segment, now=TODAY)
        _editions(tx)
    for number in range(EDITIONS - DELIVERED + 1, EDITIONS + 1):
        for start in range(1, people + 1, _STEP):
            with db.write(durable=False) as tx:
                some = range(start, min(start + _STEP, people + 1))
                tx.load("deliveries", _DELIVERY, _deliveries(number, some))
        with db.write() as tx:
            _count(tx, number, people)
    # What an engine learns by itself in the hours that this would have taken.
    with db.bulk(write=True) as bulk:
        bulk.finish(bulk.tables())


def _add(
    tx: Transaction, numbers: range, people: int, counts: Counter[tuple[str, str, str]]
) -> None:
    chance = random.Random(numbers.start)
    rows, events, topics, tags, notes = [], [], [], [], []
    for n in numbers:
        joined = TODAY - timedelta(seconds=int(_DAYS * 86_400 * (1 - n / people)) + n % 86_000)
        person = _person(chance, n, people, joined)
        rows.append(person)
        log = list(_log(person))
        events += log
        counts.update((str(at)[:10], str(kind), str(person[8])) for _, kind, at, *_ in log)
        topics += [(n, name) for name in set(chance.choices(TOPICS, k=n % 3))]
        tags += [(n, tag) for tag, of in TAGS.items() if chance.randrange(of) == 0]
        if chance.randrange(50) == 0:
            notes.append(
                (n, "note", f"Met at the fair {n}", f"met at the fair {n}", "", "", person[9])
            )
    tx.load("subscribers", _COLUMNS, rows)
    tx.load("consent_events", _EVENT, events)
    tx.load("subscriber_topics", ("subscriber_id", "topic"), topics)
    tx.load("subscriber_tags", ("subscriber_id", "tag"), tags)
    tx.load(
        "person_events",
        ("subscriber_id", "kind", "text", "folded", "about", "by_whom", "at"),
        notes,
    )


def _person(chance: random.Random, n: int, people: int, joined: datetime) -> tuple[object, ...]:
    first = _NAMES[n % 11]
    name = RARE_NAME if n == people // 3 else f"{first} Lovelace{n % 977}" if n % 4 else ""
    email = f"{first.lower().replace('ë', 'e')}.{n:x}@example{chance.randrange(5_000)}.org"
    source = chance.choice(_SOURCES)
    by_form = source not in ("owner", "import readers.csv")
    status = chance.choice(_STATUSES if by_form else _STATUSES[:48])
    if n > people - 40:
        status = "waiting"
    at = to_text(joined)
    confirmed = to_text(joined + timedelta(hours=2)) if by_form and status != "pending" else None
    left = to_text(joined + (TODAY - joined) * chance.random())
    return (
        *(n, email, email, name, status),
        chance.choice(("weekly",) * 7 + ("monthly",) * 2 + ("each",)),
        to_text(TODAY + timedelta(days=20)) if status == "active" and n % 200 == 0 else None,
        "fr" if chance.randrange(5) == 0 else "en",
        *(source, at, confirmed, left if status == "unsubscribed" else None, confirmed or at),
    )


def _log(person: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    number, language, source = person[0], person[7], str(person[8])
    begun = {"owner": "added", "import readers.csv": "imported"}.get(source, "requested")
    words = "Yes, write to me once a week; I can leave with one press."
    for kind, at in ((begun, person[9]), ("confirmed", person[10]), ("unsubscribed", person[11])):
        if at is not None:
            yield (number, kind, at, words, "0f3a", language, "https://bench.test/", source)
            words = ""


def _editions(tx: Transaction) -> None:
    for number in range(1, EDITIONS + 1):
        at = to_text(TODAY - timedelta(weeks=EDITIONS - number))
        tx.execute(
            "INSERT INTO editions (id, stream, period, status, subject, reason, created_at,"
            " finished_at, queued_up_to) VALUES (:id, 'weekly', :at, 'sent', :subject, '', :at,"
            " :at, 1)",
            id=number,
            at=at,
            subject=f"The week {number}",
        )
        tx.execute("INSERT INTO edition_counts (edition_id, accepted) VALUES (:id, 1)", id=number)
        tx.execute(
            "INSERT INTO edition_posts (edition_id, stream, post_id, position)"
            " VALUES (:id, 'weekly', :id, 0)",
            id=number,
        )


def _deliveries(edition: int, numbers: range) -> Iterator[tuple[object, ...]]:
    at = to_text(TODAY - timedelta(weeks=EDITIONS - edition))
    for n in numbers:
        if n % 5:
            failed = n % 500 == 1
            state, code, said = (
                ("failed", 550, "5.1.1 no such user")
                if failed
                else (
                    "accepted",
                    250,
                    "",
                )
            )
            yield (edition, n, state, at, 1, code, said, at)


def _count(tx: Transaction, edition: int, people: int) -> None:
    sent = people - people // 5
    failed = len(range(1, people + 1, 500))
    tx.execute(
        "UPDATE edition_counts SET accepted = :accepted, failed = :failed WHERE edition_id = :id",
        accepted=sent - failed,
        failed=failed,
        id=edition,
    )
