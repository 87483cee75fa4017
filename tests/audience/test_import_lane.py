"""Lists of the desk: read, taken chunk by chunk, taken up again after a crash, forgotten."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hub.audience import import_lane, importing, list_imports, signup, transfer
from hub.audience.consent import consent_text
from hub.audience.import_lane import FILE, LEASE, ROWS, ImportLane
from hub.audience.list_imports import ListImport
from hub.audience.model import Wish
from hub.db import Database
from hub.site import store as sites
from tests.conftest import NOW

LIST = "email,status\n" + "".join(f"r{n}@reader.test,\n" for n in range(10)) + "nobody,\n"


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 3)


def lane(db: Database, folder: Path) -> ImportLane:
    return ImportLane(db, folder, lambda _: ())


def give(db: Database, folder: Path, text: str = LIST, name: str = "list.csv") -> int:
    place = folder / "one" / FILE
    place.mkdir(parents=True)
    (place / name).write_text(text)
    with db.write() as tx:
        return list_imports.add(tx, name=name, folder="one", now=NOW)


def job(db: Database, number: int) -> ListImport:
    with db.read() as tx:
        found = list_imports.get(tx, number)
    assert found is not None
    return found


def work(lane: ImportLane) -> None:
    while lane.work(NOW):
        pass


def begin(db: Database, number: int) -> None:
    with db.write() as tx:
        assert list_imports.begin(tx, number, "at the fair", NOW)


def emails(db: Database) -> list[str]:
    with db.read() as tx:
        return [person.email for person in transfer.records(tx)]


def test_first_it_is_read_and_nothing_is_taken(db: Database, tmp_path: Path) -> None:
    number = give(db, tmp_path)
    work(lane(db, tmp_path))
    read = job(db, number)
    assert (read.state, read.position, read.total) == ("read", 11, 11)
    assert read.by_kind == {"new": 10, "invalid": 1}
    assert json.loads(read.told)["columns"] == [
        {"name": "email", "use": "email"},
        {"name": "status", "use": "status"},
    ]
    rows = (tmp_path / "one" / ROWS).read_text(encoding="utf-8-sig").splitlines()
    assert rows[1] == ",2,r0@reader.test,new,,gets mail"
    assert rows[11].startswith(",12,nobody,invalid,")
    assert emails(db) == []


def test_then_it_is_taken_and_its_file_is_deleted(db: Database, tmp_path: Path) -> None:
    number = give(db, tmp_path)
    one = lane(db, tmp_path)
    work(one)
    begin(db, number)
    work(one)
    assert (job(db, number).state, job(db, number).by_kind) == ("done", {"new": 10, "invalid": 1})
    assert len(emails(db)) == 10
    assert not (tmp_path / "one" / FILE).exists()
    with db.read() as tx:
        (first, *_) = transfer.records(tx)
    assert [event.text for event in first.consent] == ["at the fair"]


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_a_worker_that_dies_in_the_middle_changes_nothing_of_the_end(
    db: Database, tmp_path: Path, steps: int
) -> None:
    number = give(db, tmp_path, LIST + "r1@reader.test,\n")
    dying = lane(db, tmp_path)
    work(dying)
    begin(db, number)
    for _ in range(steps):
        assert dying.work(NOW)
    other = lane(db, tmp_path)
    if steps:
        assert not other.work(NOW)
    later = NOW + LEASE + timedelta(seconds=1)
    while other.work(later):
        pass
    assert job(db, number).state == "done"
    assert job(db, number).by_kind == {"new": 10, "invalid": 1, "duplicate": 1}
    assert emails(db) == [f"r{n}@reader.test" for n in range(10)]


def test_who_was_thought_dead_and_goes_on_takes_nobody_twice(db: Database, tmp_path: Path) -> None:
    number = give(db, tmp_path)
    slow = lane(db, tmp_path)
    work(slow)
    begin(db, number)
    assert slow.work(NOW)
    other = lane(db, tmp_path)
    later = NOW + LEASE + timedelta(seconds=1)
    assert other.work(later)
    assert slow.work(NOW)
    while other.work(later):
        pass
    assert job(db, number).by_kind == {"new": 10, "invalid": 1}
    assert len(emails(db)) == 10


def test_a_sign_up_comes_between_two_chunks(db: Database, tmp_path: Path) -> None:
    number = give(db, tmp_path)
    one = lane(db, tmp_path)
    work(one)
    begin(db, number)
    assert one.work(NOW)
    wish = Wish("r9@reader.test", "", "weekly", (), "en")
    with db.write() as tx:
        text = consent_text(sites.load(tx), "en")
        signup.sign_up(tx, wish, text, form_url="", network="n", now=NOW)
    work(one)
    assert job(db, number).by_kind == {"new": 9, "changed": 1, "invalid": 1}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("list.csv", "title,words\nTides,two\n", "No list of readers"),
        ("list.csv", 'email\na@reader.test,"\n', "cannot be read"),
        ("list.zip", "PK but no zip", "damaged"),
        ("list.csv", "email,name\n", "nobody below it"),
        ("list.xlsx", "PK", "save it as CSV"),
    ],
)
def test_what_cannot_be_read_says_why(
    db: Database, tmp_path: Path, name: str, text: str, said: str
) -> None:
    number = give(db, tmp_path, text, name)
    work(lane(db, tmp_path))
    assert job(db, number).state == "refused"
    assert said in json.loads(job(db, number).reason)["message"]
    assert emails(db) == []
    assert not any(path.is_file() for path in tmp_path.rglob(name)), "its file is gone"


def test_what_can_still_be_read_with_a_word_of_its_owner_stays(
    db: Database, tmp_path: Path
) -> None:
    text = "private,office\nada@reader.test,ada@office.test\n"
    number = give(db, tmp_path, text)
    one = lane(db, tmp_path)
    work(one)
    assert job(db, number).state == "refused"
    with db.write() as tx:
        assert list_imports.read_again(tx, number, {"office": "email"}, NOW)
    work(one)
    begin(db, number)
    work(one)
    assert emails(db) == ["ada@office.test"]


def test_a_list_without_a_word_about_consent_is_not_taken(db: Database, tmp_path: Path) -> None:
    number = give(db, tmp_path)
    one = lane(db, tmp_path)
    work(one)
    with db.write() as tx:
        list_imports.begin(tx, number, " ", NOW)
    work(one)
    assert job(db, number).state == "refused"
    assert emails(db) == []


def test_it_is_read_again_with_other_columns(db: Database, tmp_path: Path) -> None:
    number = give(db, tmp_path, "email,who\nada@reader.test,Ada\n")
    one = lane(db, tmp_path)
    work(one)
    with db.write() as tx:
        assert list_imports.read_again(tx, number, {"who": "name"}, NOW)
    work(one)
    begin(db, number)
    work(one)
    with db.read() as tx:
        (ada,) = transfer.records(tx)
    assert ada.name == "Ada"


def test_a_week_later_nothing_is_left_of_it(
    db: Database, tmp_path: Path, open_again: Callable[[], Database]
) -> None:
    give(db, tmp_path)
    work(lane(db, tmp_path))
    later = NOW + timedelta(days=8000)
    with db.write() as tx:
        import_lane.forget_old(tx, tmp_path, NOW + timedelta(days=6))
        assert list_imports.latest(tx)
        import_lane.forget_old(tx, tmp_path, later)
        assert not list_imports.latest(tx)
    assert list(tmp_path.glob("one*")) == []


def test_a_dry_run_that_is_stopped_leaves_nothing(db: Database, tmp_path: Path) -> None:
    number = give(db, tmp_path)
    one = lane(db, tmp_path)
    assert one.work(NOW)
    with db.write() as tx:
        assert list_imports.stop(tx, number) == "reading"
        assert list_imports.stop(tx, number) is None
    work(one)
    with db.read() as tx:
        assert list_imports.latest(tx) == []
    assert not (tmp_path / "one").exists()
    assert emails(db) == []


def test_an_import_that_is_stopped_goes_on_where_it_was(db: Database, tmp_path: Path) -> None:
    number = give(db, tmp_path, "email\nnobody\n" + LIST.partition("\n")[2])
    one = lane(db, tmp_path)
    work(one)
    begin(db, number)
    assert one.work(NOW)
    with db.write() as tx:
        assert list_imports.stop(tx, number) == "importing"
    work(one)
    assert (job(db, number).state, job(db, number).position) == ("stopped", 3)
    assert len(emails(db)) == 2
    with db.write() as tx:
        assert list_imports.go_on(tx, number)
        assert not list_imports.go_on(tx, number)
    work(one)
    assert (job(db, number).state, job(db, number).by_kind) == ("done", {"new": 10, "invalid": 2})
    assert len(emails(db)) == 10
    # Who was left out of the first half is still named.
    assert [row for _, row, *_ in json.loads(job(db, number).told)["problems"]] == [2, 13]
