"""Out to another service and in again: nobody may get mail who must not."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.addresses import key
from hub.audience import abroad, beside_store, importing, suppression, transfer
from hub.audience.abroad import SERVICES, Service
from hub.audience.beside_store import Line
from hub.audience.model import STATUSES, Status
from hub.audience.people_store import Filter
from hub.audience.record import Beside, Event, Record
from hub.db import Database
from hub.db.sqlite import SqliteDatabase
from hub.errors import Refused

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TIME = "2026-11-22T12:00:00.000Z"
TOPICS = ("ropes",)


def put(db: Database, status: Status, topics: tuple[str, ...] = ()) -> int:
    """Somebody of whom no time of leaving is known."""
    event = Event("imported", TIME, "fair", "v", "en", "", "")
    ada = Record(
        email=f"{status}@reader.test",
        name="Ada Lovelace",
        status=status,
        cadence="monthly",
        paused_until=None,
        topics=topics,
        language="fr",
        source="form",
        created_at=TIME,
        confirmed_at=None,
        unsubscribed_at=None,
        consent=(event,),
    )
    with db.write() as tx:
        return transfer.insert(tx, {key(ada.email): ada}, now=NOW)[key(ada.email)]


def out(db: Database, service: Service, status: str = "") -> str:
    with db.read() as tx:
        return "".join(abroad.pieces(tx, service, Filter(status)))


def come_in(db: Database, path: Path) -> None:
    facts = importing.Facts("fair", "en", NOW, TOPICS)
    importing.run(db, importing.find(path), facts, dry_run=False, progress=lambda _: None)


def people(db: Database) -> list[tuple[Record, Beside]]:
    with db.read() as tx:
        return list(transfer.whole(tx))


# What comes back, where that is not what went out: never anybody who gets mail.
BECOMES = {
    ("ghost", "bounced"): "unsubscribed",
    ("ghost", "complained"): "unsubscribed",
    ("ghost", "pending"): "unsubscribed",
    ("ghost", "waiting"): "unsubscribed",
    ("buttondown", "waiting"): "pending",
}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("status", STATUSES)
def test_nobody_becomes_active_who_was_not(
    tmp_path: Path, service: Service, status: Status
) -> None:
    db, other = SqliteDatabase(tmp_path / "one.db"), SqliteDatabase(tmp_path / "two.db")
    put(db, status)
    if service == "mailchimp" and status in ("pending", "waiting"):
        with pytest.raises(Refused, match="never confirmed"):
            out(db, service, status)
    else:
        # A name that says nothing, as a browser may call it.
        (tmp_path / "u.csv").write_text(out(db, service, status))
        come_in(other, tmp_path / "u.csv")
        [(person, _)] = people(other)
        assert person.status == BECOMES.get((service, status), status)
    db.close()
    other.close()


@pytest.mark.parametrize(
    ("status", "name", "columns"),
    [
        ("", "subscribed_members_export.csv", ()),
        ("unsubscribed", "unsubscribed_members_export.csv", ("UNSUB_TIME", "UNSUB_REASON")),
        ("bounced", "cleaned_members_export.csv", ("CLEAN_TIME",)),
    ],
)
def test_mailchimp_gets_its_own_files(
    db: Database, status: str, name: str, columns: tuple[str, ...]
) -> None:
    header = out(db, "mailchimp", status).split(",")
    assert [
        column for column in header if column in ("UNSUB_TIME", "UNSUB_REASON", "CLEAN_TIME")
    ] == [*columns]
    assert abroad.file_name("mailchimp", status) == name


@pytest.mark.parametrize("service", SERVICES)
def test_topics_tags_and_notes_travel(tmp_path: Path, service: Service) -> None:
    db, other = SqliteDatabase(tmp_path / "one.db"), SqliteDatabase(tmp_path / "two.db")
    number = put(db, "active", ("ropes",))
    with db.write() as tx:
        beside_store.add(
            tx,
            {number: Beside(("early bird", 'the "best"'), ("=Met her,\nat sea",))},
            about="",
            now=NOW,
        )
        beside_store.add_lines(tx, [(number, Line("replied", TIME, "a letter", "", ""))])
    (tmp_path / "u.csv").write_text(out(db, service), newline="")
    come_in(other, tmp_path / "u.csv")
    [(person, beside)] = people(other)
    assert person.topics == ("ropes",)
    assert beside.tags == ("early bird", 'the "best"')
    assert beside.notes == (() if service == "listmonk" else ("=Met her,\nat sea",))
    come_in(db, tmp_path / "u.csv")
    assert people(db) == [(people(db)[0][0], Beside(beside.tags, ("=Met her,\nat sea",)))]
    db.close()
    other.close()


def test_listmonk_gets_the_true_word_beside_its_own(db: Database) -> None:
    put(db, "unsubscribed")
    [row] = csv.DictReader(io.StringIO(out(db, "listmonk", "unsubscribed")))
    assert row["status"] == "blocklisted"
    assert json.loads(row["attributes"])["status"] == "unsubscribed"


@pytest.mark.parametrize(
    ("word", "behind", "status"),
    [
        ("blocklisted", "active", "complained"),
        ("disabled", "active", "unsubscribed"),
        ("blocklisted", "bounced", "bounced"),
        ("enabled", "unsubscribed", "active"),
    ],
)
def test_what_stands_beside_never_makes_anybody_active(
    db: Database, tmp_path: Path, word: str, behind: str, status: str
) -> None:
    cell = json.dumps({"status": behind}).replace('"', '""')
    (tmp_path / "list.csv").write_text(
        f'uuid,email,name,attributes,status\n1,ada@reader.test,Ada,"{cell}",{word}\n'
    )
    come_in(db, tmp_path / "list.csv")
    assert [person.status for person, _ in people(db)] == [status]


@pytest.mark.parametrize("service", SERVICES)
def test_who_is_suppressed_is_in_no_file_of_people_to_mail(db: Database, service: Service) -> None:
    put(db, "active")
    with db.write() as tx:
        suppression.suppress(tx, "active@reader.test", "owner", now=NOW)
    assert "active@reader.test" not in out(db, service)
