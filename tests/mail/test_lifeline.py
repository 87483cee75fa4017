"""The file that a worker keeps locked: only one that has ended is taken for dead."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub.mail import lifeline
from hub.mail.lifeline import Lifeline

HOLDS = (
    "import sys; from pathlib import Path; from hub.mail.lifeline import Lifeline;"
    "line = Lifeline(Path(sys.argv[1])); print(line.hold(), flush=True); sys.stdin.read()"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "workers"


def test_a_process_that_lives_is_not_dead_and_one_that_was_killed_is(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        mark = process.stdout.readline().strip()
        alive = Lifeline(folder).is_cut(mark)
        process.kill()
    assert mark
    assert not alive
    assert Lifeline(folder).is_cut(mark)


def test_a_second_worker_of_the_same_process_is_seen_to_live(folder: Path) -> None:
    first = Lifeline(folder)
    assert not Lifeline(folder).is_cut(first.hold())


def test_one_that_was_thrown_away_is_dead(folder: Path) -> None:
    mark = Lifeline(folder).hold()
    assert Lifeline(folder).is_cut(mark)


def test_another_machine_is_never_judged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = Lifeline(folder).hold()
    other = folder.parent / "boot_id"
    other.write_text("another kernel\n")
    monkeypatch.setattr(lifeline, "_BOOT_ID", other)
    assert not Lifeline(folder).is_cut(mark)


def test_a_copy_of_the_data_folder_is_never_judged(folder: Path) -> None:
    first = Lifeline(folder)
    mark = first.hold()
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    assert not Lifeline(copy).is_cut(mark)


@pytest.mark.parametrize("mark", ["", "nonsense", "a:1:2:../secret.key"])
def test_a_mark_that_says_nothing_proves_nothing(folder: Path, mark: str) -> None:
    folder.mkdir()
    (folder.parent / "secret.key").touch()
    assert not Lifeline(folder).is_cut(mark)


def test_where_no_file_can_be_made_there_is_no_mark(folder: Path) -> None:
    folder.touch()
    assert Lifeline(folder).hold() == ""


def test_signing_off_leaves_no_file(folder: Path) -> None:
    line = Lifeline(folder)
    line.hold()
    line.release()
    assert list(folder.iterdir()) == []


def test_files_of_the_dead_are_swept_and_those_of_the_living_stay(folder: Path) -> None:
    living, kept = Lifeline(folder), Lifeline(folder).hold()
    mark = living.hold()
    Lifeline(folder).hold()
    assert len(list(folder.iterdir())) == 3
    Lifeline(folder).sweep([kept])
    assert {path.name for path in folder.iterdir()} == {m.split(":")[-1] for m in (mark, kept)}
