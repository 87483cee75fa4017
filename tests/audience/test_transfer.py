"""Out and in again: the same bytes; other programs' lists; and who stays away."""

import csv
import io
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.addresses import key
from hub.audience import exporting, importing, membership, store, suppression, transfer
from hub.audience.exporting import FORMATS, Format
from hub.audience.model import Wish
from hub.audience.people_store import Filter
from hub.audience.record import COLUMNS, Event, Record
from hub.audience.segments import Segment
from hub.audience.spreadsheet import guarded, unguarded
from hub.db import Database
from hub.db.sqlite import SqliteDatabase
from hub.errors import Refused
from hub.reports import Report

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TIME = "2026-11-22T12:00:00.000Z"
EVENT = Event("requested", TIME, "Yes, “all”,\nplease", "abc", "fr", "https://hub.test/", "form")


def _record(email: str = "ada@reader.test", **changes: object) -> Record:
    values: dict[str, object] = {
        "email": email,
        "name": "Ada",
        "status": "active",
        "cadence": "weekly",
        "paused_until": None,
        "topics": (),
        "language": "en",
        "source": "form",
        "created_at": TIME,
        "confirmed_at": TIME,
        "unsubscribed_at": None,
        "consent": (EVENT,),
    }
    return Record(**{**values, **changes})  # type: ignore[arg-type]  # checked by the tests


def _put(db: Database, *people: Record) -> None:
    with db.write() as tx:
        transfer.insert(tx, {key(person.email): person for person in people}, now=NOW)


def _export(db: Database, form: Format, **filters: str) -> bytes:
    with db.read() as tx:
        topics = (filters["topic"],) if "topic" in filters else ()
        wanted = Filter(filters.get("status", ""), Segment(topics=topics))
        return "".join(exporting.pieces(tx, form, wanted)).encode()


def _import(db: Database, path: Path, *, consent: str = "", dry_run: bool = False) -> Report | None:
    files = importing.find(path)
    if not files:
        return None
    facts = importing.Facts(consent, "en", NOW)
    return importing.run(db, files, facts, dry_run=dry_run, progress=lambda _: None)


def _import_text(
    db: Database, folder: Path, text: str | bytes, *, name: str = "list.csv", consent: str = "fair"
) -> Report:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    report = _import(db, path, consent=consent)
    assert report is not None
    return report


def _everybody(db: Database) -> dict[str, str]:
    with db.read() as tx:
        return {person.email: person.status for person in transfer.records(tx)}


def _counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused


# The two characters that no engine stores are left out: NUL and lone surrogates.
ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
TIMES = st.datetimes(
    datetime(1990, 1, 1),
    datetime(2090, 1, 1),
).map(lambda t: f"{t:%Y-%m-%dT%H:%M:%S}.{t.microsecond // 1000:03}Z")
EVENTS = st.builds(
    Event,
    st.sampled_from(("requested", "confirmed", "imported", "added", "unsubscribed")),
    TIMES,
    ANY_TEXT,
    ANY_TEXT,
    ANY_TEXT,
    ANY_TEXT,
    ANY_TEXT,
)
PEOPLE = st.builds(
    Record,
    email=st.from_regex(r"[=+\-a-z][a-z0-9]{0,8}@[a-z]{1,8}\.test", fullmatch=True),
    name=ANY_TEXT,
    status=st.sampled_from(
        ("pending", "waiting", "active", "unsubscribed", "bounced", "complained")
    ),
    cadence=st.sampled_from(("each", "weekly", "monthly")),
    paused_until=st.none() | TIMES,
    topics=st.sets(st.from_regex(r"[a-zé\-]{1,8}", fullmatch=True)).map(lambda s: tuple(sorted(s))),
    language=st.sampled_from(("en", "fr")),
    source=ANY_TEXT,
    created_at=TIMES,
    confirmed_at=st.none() | TIMES,
    unsubscribed_at=st.none() | TIMES,
    consent=st.lists(EVENTS, min_size=1, max_size=3).map(tuple),
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PEOPLE, max_size=6, unique_by=lambda person: person.email))
def test_export_import_export_gives_the_same_bytes(people: list[Record]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = SqliteDatabase(folder / "first.db")
        _put(first, *people)
        for form in FORMATS:
            path = folder / f"people.{form}"
            path.write_bytes(_export(first, form))
            second = SqliteDatabase(folder / f"{form}.db")
            report = _import(second, path)
            if people:
                assert report is not None
                assert (report.new, report.refused, report.problems) == (len(people), 0, ())
                again = _import(second, path)
                assert again is not None
                assert _counts(again) == (0, 0, len(people), 0)
            assert _export(second, form) == path.read_bytes()
            second.close()
        first.close()


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PEOPLE, min_size=1, max_size=4, unique_by=lambda person: person.email))
def test_what_is_put_together_by_hand_is_what_the_libraries_write(people: list[Record]) -> None:
    with tempfile.TemporaryDirectory() as name:
        db = SqliteDatabase(Path(name) / "hub.db")
        _put(db, *people)
        with db.read() as tx:
            records = list(transfer.records(tx))
        documents = [
            {**r._asdict(), "consent": [event._asdict() for event in r.consent]} for r in records
        ]
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        ndjson = "".join(encode(document) + "\n" for document in documents)
        assert _export(db, "ndjson").decode() == ndjson
        table = io.StringIO(newline="")
        rows = csv.writer(table, lineterminator="\r\n")
        rows.writerow(COLUMNS)
        for r, document in zip(records, documents, strict=True):
            cells = r._replace(topics=",".join(r.topics), consent=encode(document["consent"]))  # type: ignore[arg-type]  # as text
            rows.writerow([guarded(str(cell)) if cell else "" for cell in cells])
        assert _export(db, "csv").decode() == table.getvalue()
        db.close()


def test_several_readers_write_the_same_file(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "_PAGE", 3)
    people = [_record(f"r{n}@mail.test", name=f"R\x1f, {n}") for n in range(20)]
    _put(db, *people)
    for form in FORMATS:
        with db.read_together(2) as (tx, *beside):
            together = "".join(exporting.pieces(tx, form, beside=beside))
        assert together.encode() == _export(db, form)
        places = [together.index(person.email) for person in people]
        assert places == sorted(places)


def test_every_engine_writes_json_as_the_library_does(db: Database) -> None:
    """All that has an escape, and what only looks as if it had."""
    odd = "".join(map(chr, range(1, 0x20))) + '"\\/\x7f\x80\u2028é🦀'
    _put(db, _record(name=odd, topics=("\u0101", "z", 'a"b'), consent=(EVENT._replace(text=odd),)))
    with db.read() as tx:
        [person] = transfer.records(tx)
    document = {**person._asdict(), "consent": [event._asdict() for event in person.consent]}
    encoded = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    assert _export(db, "ndjson").decode() == encoded + "\n"
    assert json.loads(_export(db, "json")) == [json.loads(encoded)]
    assert document["topics"] == ('a"b', "z", "\u0101")


@given(ANY_TEXT | st.text("'=+-@\t\r\na", max_size=6))
def test_a_guarded_cell_is_harmless_and_comes_back(cell: str) -> None:
    assert guarded(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert unguarded(guarded(cell)) == cell


def test_the_csv_is_rfc_4180_with_the_agreed_columns(db: Database) -> None:
    _put(db, _record(name='=HYPERLINK("x")', topics=("wasm", "rust")))
    text = _export(db, "csv").decode()
    assert text.startswith(",".join(COLUMNS) + "\r\n")
    _, row = csv.reader(io.StringIO(text, newline=""))
    assert row[1] == """'=HYPERLINK("x")"""
    assert row[5] == "rust,wasm"
    assert json.loads(row[11])[0]["text"] == EVENT.text


def test_json_is_one_document_and_ndjson_one_object_a_line(db: Database) -> None:
    assert json.loads(_export(db, "json")) == []
    _put(db, _record(), _record("bob@reader.test"))
    whole = json.loads(_export(db, "json"))
    lines = [json.loads(line) for line in _export(db, "ndjson").splitlines()]
    assert whole == lines
    assert list(whole[0]) == list(COLUMNS)
    assert whole[0]["paused_until"] is None


@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_export_of_an_empty_hub_is_taken_too(
    db: Database, tmp_path: Path, form: Format
) -> None:
    path = tmp_path / f"people.{form}"
    path.write_bytes(_export(db, form))
    report = _import(db, path)
    assert report is not None
    assert _counts(report) == (0, 0, 0, 0)


def test_an_export_may_hold_one_status_or_topic(db: Database) -> None:
    _put(
        db,
        _record("a@reader.test", status="unsubscribed", topics=("rust",)),
        _record("b@reader.test", topics=("rust", "wasm")),
        _record("c@reader.test"),
    )
    assert [r["email"] for r in json.loads(_export(db, "json", topic="rust"))] == [
        "a@reader.test",
        "b@reader.test",
    ]
    (only,) = json.loads(_export(db, "json", topic="rust", status="active"))
    assert (only["email"], only["topics"]) == ("b@reader.test", ["rust", "wasm"])
    assert len(only["consent"]) == 1


def test_own_rows_that_are_not_whole_are_refused_one_by_one(db: Database, tmp_path: Path) -> None:
    _put(db, *(_record(f"r{n}@reader.test") for n in range(7)))
    rows = [json.loads(line) for line in _export(db, "ndjson").splitlines()]
    rows[0]["status"] = "Active"
    rows[1]["created_at"] = "yesterday"
    rows[2]["name"] = "a\0b"
    rows[3]["consent"][0]["kind"] = "guessed"
    rows[4]["consent"] = []
    rows[5]["email"] = "nobody"
    path = tmp_path / "people.ndjson"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n{", encoding="utf-8")
    other = SqliteDatabase(tmp_path / "other.db")
    report = _import(other, path)
    assert report is not None
    assert _counts(report) == (1, 0, 0, 7)
    assert [problem.item for problem in report.problems] == [
        f"row {n}" for n in (1, 2, 3, 4, 5, 6, 8)
    ]
    assert list(_everybody(other)) == ["r6@reader.test"]
    other.close()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_foreign_table_in_any_dress(
    db: Database, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    rows = [
        ["Prénom", "Nom de famille", "Adresse e-mail", "Langue", "MEMBER_RATING"],
        ["Zoé", "Müller", "zoe@reader.test", "fr-CA", "2"],
    ]
    text = "\n".join(delimiter.join(row) for row in rows).encode(encoding)
    report = _import_text(db, tmp_path, text)
    assert _counts(report) == (1, 0, 0, 0)
    assert [problem.item for problem in report.problems] == ["column MEMBER_RATING"]
    with db.read() as tx:
        (person,) = transfer.records(tx)
    assert (person.name, person.status, person.cadence) == ("Zoé Müller", "active", "weekly")
    assert person.language == "fr"
    (event,) = person.consent
    assert (event.kind, event.text, event.at) == ("imported", "fair", TIME)
    assert event.text_version


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("medium.txt", "ada@reader.test\nbob@reader.test\n"),
        ("list.csv", "1,ada@reader.test\r\n2,Bob <bob@reader.test>\r\n"),
        ("list.json", '["ada@reader.test", "bob@reader.test"]'),
        ("list.json", '{"members": [\n{"email": "ada@reader.test"},{"email":"bob@reader.test"}]}'),
        ("list.ndjson", '{"mail": "ada@reader.test"}\n{"mail": "bob@reader.test"}'),
        ("list", "contact;since\nada@reader.test;x\nbob@reader.test;y"),
    ],
)
def test_anything_with_one_column_of_addresses(
    db: Database, tmp_path: Path, name: str, text: str
) -> None:
    report = _import_text(db, tmp_path, text, name=name)
    assert _counts(report) == (2, 0, 0, 0)
    assert set(_everybody(db)) == {"ada@reader.test", "bob@reader.test"}


@pytest.mark.parametrize(
    ("header", "cell", "status"),
    [
        ("status", "Subscribed", "active"),
        ("Status", "inactive", "unsubscribed"),
        ("status", "cleaned", "bounced"),
        ("status", "complained", "complained"),
        ("status", "unconfirmed", "pending"),
        ("status", "", "active"),
        ("UNSUB_TIME", "2024-01-02 15:04:05", "unsubscribed"),
        ("CLEAN_TIME", "2024-01-02 15:04:05", "bounced"),
        ("subscribed_to_emails", "false", "unsubscribed"),
        ("email_disabled", "true", "unsubscribed"),
    ],
)
def test_the_status_that_the_file_gives(
    db: Database, tmp_path: Path, header: str, cell: str, status: str
) -> None:
    _import_text(db, tmp_path, f"email,{header}\nada@reader.test,{cell}\n")
    assert _everybody(db) == {"ada@reader.test": status}


def test_of_two_statuses_the_more_careful_counts(db: Database, tmp_path: Path) -> None:
    _import_text(
        db,
        tmp_path,
        "Email,List status,Global status\nada@reader.test,subscribed,bounced\n",
    )
    assert _everybody(db) == {"ada@reader.test": "bounced"}


def test_times_are_taken_as_they_are_written(db: Database, tmp_path: Path) -> None:
    _import_text(
        db,
        tmp_path,
        "email,created_at\na@reader.test,2024-01-02 15:04:05.123 +0200 CEST\n"
        "b@reader.test,2024-01-02T15:04:05+02:00\nc@reader.test,02/01/2024\n",
    )
    with db.read() as tx:
        assert [person.created_at for person in transfer.records(tx)] == [
            "2024-01-02T13:04:05.000Z",
            "2024-01-02T13:04:05.000Z",
            TIME,
        ]


def test_what_cannot_be_taken_is_refused_row_by_row(db: Database, tmp_path: Path) -> None:
    with db.write() as tx:
        suppression.suppress(tx, "gone@reader.test", "erased", now=NOW)
    report = _import_text(
        db,
        tmp_path,
        "email,status\nada@reader.test,active\nnobody,active\nADA@reader.test,active\n"
        "bob@reader.test,perhaps\n\ngone@reader.test,active\na@reader.test,active,extra\n"
        "zoe@reader.test,active\nyan@reader.test,\nxi@reader.test,\n",
    )
    assert _counts(report) == (4, 0, 0, 5)
    assert {problem.item for problem in report.problems} == {f"row {n}" for n in (3, 4, 5, 7, 8)}
    assert "gone@reader.test" not in _everybody(db)


def test_a_list_without_consent_is_refused(db: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="--consent"):
        _import_text(db, tmp_path, "email\nada@reader.test\n", consent=" ")
    assert _everybody(db) == {}


def test_a_dry_run_says_the_same_and_changes_nothing(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email\nada@reader.test\nada@reader.test\nnobody\n", encoding="utf-8")
    dry = _import(db, path, consent="fair", dry_run=True)
    assert _everybody(db) == {}
    assert dry == _import(db, path, consent="fair")


def test_progress_ends_at_the_number_of_rows(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email\nada@reader.test\n\nnobody\n", encoding="utf-8")
    said: list[str] = []
    facts = importing.Facts("fair", "en", NOW)
    importing.run(db, importing.find(path), facts, dry_run=False, progress=said.append)
    assert said == ["2 of 2 rows"]


def test_the_same_file_again_changes_nothing(db: Database, tmp_path: Path) -> None:
    text = "email,status\nada@reader.test,active\nbob@reader.test,unsubscribed\n"
    _import_text(db, tmp_path, text)
    before = _export(db, "ndjson")
    assert _counts(_import_text(db, tmp_path, text)) == (0, 0, 2, 0)
    assert _export(db, "ndjson") == before


@pytest.mark.parametrize("status", ["unsubscribed", "bounced", "complained"])
def test_who_is_out_stays_out(db: Database, tmp_path: Path, status: str) -> None:
    _put(db, _record(status=status))
    report = _import_text(db, tmp_path, "email,status\nADA@Reader.test,active\n")
    assert _counts(report) == (0, 0, 1, 0)
    assert _everybody(db) == {"ada@reader.test": status}


def test_who_left_elsewhere_leaves_here_too(db: Database, tmp_path: Path) -> None:
    _import_text(db, tmp_path, "email\nada@reader.test\n")
    text = "Email Address,UNSUB_TIME\nada@reader.test,2026-01-05 10:00:00\n"
    assert _counts(_import_text(db, tmp_path, text)) == (0, 1, 0, 0)
    assert _counts(_import_text(db, tmp_path, text)) == (0, 0, 1, 0)
    with db.read() as tx:
        (person,) = transfer.records(tx)
    assert (person.status, person.unsubscribed_at) == ("unsubscribed", "2026-01-05T10:00:00.000Z")
    assert person.consent[-1].kind == "unsubscribed"


def test_who_confirmed_here_since_stays(db: Database, tmp_path: Path) -> None:
    own = EVENT._replace(kind="confirmed", source="link")
    _put(db, _record(confirmed_at=TIME, consent=(EVENT, own)))
    for left in ("2026-01-05", ""):
        report = _import_text(
            db, tmp_path, f"email,status,unsubscribed_at\nada@reader.test,unsubscribed,{left}\n"
        )
        assert _counts(report) == (0, 0, 1, 0)
    assert _everybody(db) == {"ada@reader.test": "active"}


def test_a_confirmation_that_a_list_brought_is_none_here(db: Database, tmp_path: Path) -> None:
    head = "Email Address,CONFIRM_TIME,UNSUB_TIME\n"
    _import_text(db, tmp_path, f"{head}ada@reader.test,2026-01-02 10:00:00,\n")
    left = "email,status\nada@reader.test,unsubscribed\n"
    assert _counts(_import_text(db, tmp_path, left)) == (0, 1, 0, 0)
    assert _everybody(db) == {"ada@reader.test": "unsubscribed"}


def test_of_two_files_the_one_that_says_no_mail_counts(db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    head = "Email Address,First Name,CONFIRM_TIME"
    row = "ada@reader.test,Ada,2026-01-02 10:00:00"
    (folder / "subscribed_a.csv").write_text(f"{head}\n{row}\n")
    (folder / "unsubscribed_a.csv").write_text(f"{head},UNSUB_TIME\n{row},\n")
    for dry_run in (True, False):
        _import(db, folder, consent="fair", dry_run=dry_run)
    assert _everybody(db) == {"ada@reader.test": "unsubscribed"}


def test_an_older_export_fills_in_what_is_pending(db: Database, tmp_path: Path) -> None:
    _put(db, _record())
    path = tmp_path / "people.json"
    path.write_bytes(_export(db, "json"))
    other = SqliteDatabase(tmp_path / "other.db")
    _put(other, _record(status="pending", confirmed_at=None))
    report = _import(other, path)
    assert report is not None
    assert _counts(report) == (0, 1, 0, 0)
    assert _export(other, "json") == path.read_bytes()
    other.close()


def test_an_import_mails_nobody(db: Database, tmp_path: Path) -> None:
    _import_text(db, tmp_path, "email,status\nada@reader.test,pending\nbob@reader.test,\n")
    with db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM mails") == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.txt", b"\x89PNG\r\n\0\0\0"),
        ("posts.csv", b"post_id,title,is_published\n1,Tides,true\n"),
        ("ghost.json", b'{"db": [{"data": {"posts": []}}]}'),
        ("ghost.json", b'{\n"data": {"posts": []},\n"meta": {}\n}'),
        ("note.md", b"ada@reader.test\n"),
        ("empty.csv", b""),
    ],
)
def test_what_is_no_list_of_people_is_left_to_others(
    db: Database, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert _import(db, tmp_path / name) is None


@pytest.mark.parametrize(
    "content",
    [
        b"email,name\nada@reader.test,a\0b\n",
        b"email,name\nada@reader.test," + b"x" * 5_000_000 + b"\n",
        b'email,name\nada@reader.test,"' + b"x\n" * 1_000_000 + b'"\n',
        b'email,name\nbob@reader.test,x\nada@reader.test,"' + b"x\n" * 1_000_000,
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_leaves_nothing(
    db: Database, tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(Refused):
        _import_text(db, tmp_path, content)
    assert _everybody(db) == {}


def test_a_broken_json_array_leaves_nothing(db: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="item 1"):
        _import_text(db, tmp_path, '[{"email": "a@b.test"}, {"email": ', name="list.json")
    assert _everybody(db) == {}


def test_two_columns_of_addresses_are_not_guessed_between(db: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="home, work"):
        _import_text(db, tmp_path, "home,work\na@b.test,c@d.test\n")


def test_pages_follow_each_other(db: Database) -> None:
    _put(db, *(_record(f"r{n}@Reader.test", status="pending") for n in range(5)))
    with db.read() as tx:
        first = store.page(tx, limit=2)
        second = store.page(tx, after=first[-1].id, limit=2, status="pending")
        assert [p.email for p in (*first, *second)] == [f"r{n}@Reader.test" for n in (4, 3, 2, 1)]
        assert [p.email for p in store.page(tx, search="R3@READ")] == ["r3@Reader.test"]
        assert store.page(tx, search="r_@") == []
        assert store.count_by_status(tx)["pending"] == 5
        assert store.count_by_status(tx)["active"] == 0


def test_erasing_a_complaint_keeps_the_reason(db: Database) -> None:
    _put(db, _record(status="complained"))
    with db.write() as tx:
        membership.erase(tx, membership.by_address(tx, "Ada@reader.test"), now=NOW)
        assert suppression.reason(tx, "ada@reader.test") == "complained"
        suppression.suppress(tx, "ada@reader.test", "erased", now=NOW)
        assert suppression.bars_sign_up(tx, "ada@reader.test")
        stored = tx.scalar("SELECT email_hash FROM suppressions")
        assert "reader" not in stored
        wish = Wish("ada@reader.test", "", "weekly", (), "en")
        with pytest.raises(Refused):
            membership.add(tx, wish, statement="x", now=NOW)
