"""What an owner keeps of people beside the list travels with the archive."""

import json
from pathlib import Path

import pytest

from hub.audience import importing, membership, notes, people_file, tagging
from hub.db import Database
from hub.db.sqlite import SqliteDatabase
from tests.audience.test_services import ADA, BOB, statuses, take
from tests.conftest import NOW


def put_people(db: Database, folder: Path) -> None:
    path = folder / "list.csv"
    path.write_text(f"email\n{ADA}\n{BOB}\n")
    take(db, path)


def write(db: Database, path: Path) -> str:
    with db.read() as tx:
        path.write_text("".join(people_file.pieces(tx)), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def test_tags_notes_answers_and_decisions_come_back_as_they_were(
    db: Database, tmp_path: Path
) -> None:
    put_people(db, tmp_path)
    with db.write() as tx:
        ada = membership.by_address(tx, ADA).id
        tagging.add(tx, [ada], ("vip", "é"))
        notes.add(tx, ada, "note", "Met\nher", by="owner@hub.test", at=NOW)
        notes.replace_answer(tx, ada, "A sailor", question="Who are you?", now=NOW)
    path = tmp_path / "people.ndjson"
    text = write(db, path)
    other = SqliteDatabase(tmp_path / "other.db")
    nobody = people_file.run(other, path, dry_run=False)
    assert (nobody.new, nobody.refused) == (0, 1)
    assert people_file.run(other, path, dry_run=True, coming={ADA}).new == 1
    put_people(other, tmp_path)
    assert people_file.run(other, path, dry_run=False).new == 1
    assert write(other, tmp_path / "again.ndjson") == text
    assert people_file.run(other, path, dry_run=False).unchanged == 1
    assert write(other, tmp_path / "again.ndjson") == text
    other.close()


def test_there_is_no_file_where_nothing_is_kept(db: Database, tmp_path: Path) -> None:
    put_people(db, tmp_path)
    assert write(db, tmp_path / "people.ndjson") == ""


@pytest.mark.parametrize(
    "damage",
    [
        "{}",
        "no json",
        '"ada"',
        json.dumps({"email": ADA, "tags": ["a,b"], "lines": []}),
        json.dumps({"email": ADA, "tags": ["\ud800"], "lines": []}),
        json.dumps({"email": ADA, "tags": [1], "lines": []}),
        json.dumps({"email": ADA, "tags": [], "lines": [{"kind": "note"}]}),
    ],
)
def test_a_line_that_is_not_whole_is_named(db: Database, tmp_path: Path, damage: str) -> None:
    put_people(db, tmp_path)
    path = tmp_path / "people.ndjson"
    whole = json.dumps({"email": BOB, "tags": ["vip"], "lines": []})
    path.write_text(f'{{"people":{{}}}}\n{damage}\n{whole}\n')
    report = people_file.run(db, path, dry_run=False)
    assert (report.new, report.refused, report.problems[0].item) == (1, 1, "line 2")


def test_nobody_comes_onto_the_list_by_it(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.ndjson"
    path.write_text(f'{{"people":{{}}}}\n{{"email":"{ADA}","tags":[],"lines":[]}}\n')
    assert people_file.recognises(path)
    assert importing.find(path) == importing.find(tmp_path) == []
    assert statuses(db) == {}
