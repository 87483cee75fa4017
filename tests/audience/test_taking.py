"""What a dry run says of who will get mail; tags and notes of a foreign list."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.audience import importing, membership, notes, suppression, tagging, transfer
from hub.audience.verdicts import Verdict
from hub.db import Database
from tests.audience.test_services import ADA, BOB, CLEO, DORA, SAMPLES, people, statuses, take
from tests.conftest import NOW

HERE = f"email,status\n{ADA},active\n{BOB},unsubscribed\n{CLEO},pending\n{DORA},waiting\n"


def put(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def verdicts(db: Database, path: Path, *, dry_run: bool = True) -> list[Verdict]:
    seen: list[Verdict] = []
    take(db, path, seen=seen, dry_run=dry_run)
    return seen


def test_each_row_says_who_gets_mail_afterwards(db: Database, tmp_path: Path) -> None:
    take(db, put(tmp_path, HERE))
    with db.write() as tx:
        suppression.suppress(tx, "gone@reader.test", "erased", now=NOW)
    text = (
        f"email,status\n{ADA},unsubscribed\n{BOB},active\n{CLEO},pending\n{DORA},active\n"
        "gone@reader.test,active\nnew@reader.test,\nlate@reader.test,pending\nnobody,\n"
    )
    path = put(tmp_path, text)
    assert [(v.kind, str(v.reason), v.afterwards) for v in verdicts(db, path)] == [
        (
            "changed",
            "taken off the list: the file says that they must not get mail",
            "no mail: unsubscribed",
        ),
        (
            "stays out",
            "this person left here, and only an own sign-up brings them back",
            "no mail: unsubscribed",
        ),
        ("unchanged", "not confirmed yet, here as in the file", "no mail: not confirmed"),
        ("unchanged", "waits here for your decision", "no mail: waits for your decision"),
        (
            "suppressed",
            "the address is suppressed: it must not get mail any more",
            "no mail: suppressed",
        ),
        ("new", "", "gets mail"),
        ("new", "", "no mail: not confirmed"),
        ("invalid", "This is not an e-mail address that mail can be sent to.", "not on the list"),
    ]
    dry, real = take(db, path, dry_run=True), take(db, path)
    assert (dry.gets_mail, dry.no_mail) == (real.gets_mail, real.no_mail) == (1, 7)
    assert list(statuses(db).values()).count("active") == 1


def test_an_erased_address_says_suppressed(db: Database, tmp_path: Path) -> None:
    path = put(tmp_path, f"email\n{ADA}\n")
    take(db, path)
    with db.write() as tx:
        membership.erase(tx, membership.by_address(tx, ADA), now=NOW)
    assert [v.kind for v in verdicts(db, path)] == ["suppressed"]


@pytest.mark.parametrize("status", ["active", "pending"])
def test_a_suppressed_address_on_the_list_says_so(
    db: Database, tmp_path: Path, status: str
) -> None:
    take(db, put(tmp_path, f"email,status\n{ADA},{status}\n"))
    with db.write() as tx:
        suppression.suppress(tx, ADA, "owner", now=NOW)
    [verdict] = verdicts(db, put(tmp_path, f"email\n{ADA}\n"))
    assert (verdict.kind, verdict.afterwards) == ("suppressed", "no mail: suppressed")
    assert statuses(db) == {ADA: status}


@pytest.mark.parametrize("chunk", [1, 100])
@pytest.mark.parametrize("known", [False, True])
def test_a_later_row_takes_off_and_the_dry_run_counts_the_same(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, known: bool
) -> None:
    monkeypatch.setattr(importing, "CHUNK", chunk)
    if known:
        take(db, put(tmp_path, f"email\n{ADA}\n"))
    rows = f"{ADA},\n{BOB},\n{ADA},unsubscribed\n{ADA},complained\n"
    path = put(tmp_path, f"email,status\n{rows}")
    dry = take(db, path, dry_run=True)
    said = verdicts(db, path)
    assert said == verdicts(db, path, dry_run=False)
    assert (dry.gets_mail, dry.no_mail) == (1, 1)
    assert "taken off the list" in str(said[2].reason)
    assert statuses(db)[ADA] != "active"


@pytest.fixture
def mailchimp(tmp_path: Path) -> Callable[[str, str], Path]:
    def of(tags: str, note: str) -> Path:
        quoted = tags.replace('"', '""')
        return put(tmp_path, f'Email Address,LEID,EUID,NOTES,TAGS\n{ADA},1,a,"{note}","{quoted}"\n')

    return of


def beside(db: Database) -> tuple[list[str], list[str]]:
    with db.read() as tx:
        [(person, kept)] = transfer.whole(tx)
        known = membership.by_address(tx, person.email)
        assert tagging.of_subscriber(tx, known.id) == kept.tags
        assert [note.text for note in notes.of_subscriber(tx, known.id)] == [*kept.notes]
    return list(kept.tags), list(kept.notes)


def test_tags_and_notes_are_kept_once(db: Database, mailchimp: Callable[[str, str], Path]) -> None:
    path = mailchimp('"Ropes","Big, loud ones","VIP"', "Met at\nthe fair")
    dry = take(db, path, topics=("ropes",), dry_run=True)
    assert take(db, path, topics=("ropes",)) == dry
    assert people(db)[ADA].topics == ("ropes",)
    assert beside(db) == (["big loud ones", "vip"], ["Met at\nthe fair"])
    again = take(db, path, topics=("ropes",))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    # A topic that the site does not have any more is not a tag as well.
    assert take(db, path).changed == 0
    newer = mailchimp('"VIP","Later"', "Met again")
    assert take(db, newer, dry_run=True).changed == 1
    assert take(db, newer).changed == 1
    assert beside(db) == (
        ["big loud ones", "later", "vip"],
        ["Met at\nthe fair", "Met again"],
    )


@pytest.mark.parametrize(
    ("use", "topics", "tags"),
    [("topics", ("harbour",), []), ("tags", (), ["harbour"]), ("none", (), [])],
)
def test_the_mapping_says_what_tags_become(
    db: Database,
    mailchimp: Callable[[str, str], Path],
    use: str,
    topics: tuple[str, ...],
    tags: list[str],
) -> None:
    take(db, mailchimp('"Harbour"', ""), wanted={"tags": use})
    assert people(db)[ADA].topics == topics
    assert beside(db) == (tags, [])


@pytest.mark.parametrize("chunk", [1, 100])
def test_a_row_for_each_list_gives_the_tags_of_all(
    db: Database, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(importing, "CHUNK", chunk)
    first = take(db, SAMPLES / "mailpoet.csv")
    with db.read() as tx:
        tags = {person.email: kept.tags for person, kept in transfer.whole(tx)}
    assert tags[ADA] == ("ropes", "sails")
    assert first.refused == 1
    assert take(db, SAMPLES / "mailpoet.csv").changed == 0
