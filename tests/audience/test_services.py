"""Lists as each service writes them: who is active, who is not, what was proved, what is left."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from hub.audience import columns, importing, transfer
from hub.audience.record import Record
from hub.audience.verdicts import Verdict
from hub.db import Database
from hub.errors import Refused
from hub.reports import Report
from tests.conftest import NOW

SAMPLES = Path(__file__).parent / "samples"
ADA, BOB, CLEO, DORA = (f"{name}@reader.test" for name in ("ada", "bob", "cleo", "dora"))


def take(
    db: Database,
    path: Path,
    *,
    wanted: Mapping[str, str] | None = None,
    topics: tuple[str, ...] = (),
    seen: list[Verdict] | None = None,
    dry_run: bool = False,
) -> Report:
    return importing.run(
        db,
        importing.find(path, wanted),
        importing.Facts("at the fair", "en", NOW, topics),
        dry_run=dry_run,
        progress=lambda _: None,
        listener=(seen if seen is not None else []).extend,
    )


def people(db: Database) -> dict[str, Record]:
    with db.read() as tx:
        return {person.email: person for person in transfer.records(tx)}


def statuses(db: Database) -> dict[str, str]:
    return {email: person.status for email, person in people(db).items()}


@pytest.mark.parametrize(
    ("name", "format_", "expected"),
    [
        (
            "mailchimp",
            "mailchimp",
            {ADA: "active", BOB: "active", CLEO: "unsubscribed", DORA: "bounced"},
        ),
        ("mailchimp_german.csv", "mailchimp", {"zoe@müller.test": "active"}),
        ("substack_older.csv", "substack", {ADA: "active", BOB: "unsubscribed"}),
        ("substack_newer.csv", "substack", {ADA: "active", BOB: "active"}),
        ("substack_dashboard.csv", "substack", {ADA: "active"}),
        ("ghost_members.csv", "ghost", {ADA: "active", BOB: "unsubscribed", CLEO: "unsubscribed"}),
        ("beehiiv.csv", "beehiiv", {ADA: "active", BOB: "unsubscribed", CLEO: "unsubscribed"}),
        (
            "buttondown.csv",
            "buttondown",
            {
                ADA: "active",
                BOB: "pending",
                CLEO: "unsubscribed",
                DORA: "bounced",
                "emil@reader.test": "complained",
                "fay@reader.test": "active",
                "gus@reader.test": "complained",
            },
        ),
        ("listmonk.csv", "listmonk", {ADA: "active", BOB: "unsubscribed", CLEO: "complained"}),
        (
            "mailpoet.csv",
            "mailpoet",
            {ADA: "active", BOB: "pending", CLEO: "bounced", DORA: "unsubscribed"},
        ),
        ("keila.csv", "keila", {ADA: "active", BOB: "bounced"}),
        (
            "kit.csv",
            "csv",
            {
                ADA: "active",
                BOB: "pending",
                CLEO: "unsubscribed",
                DORA: "bounced",
                "emil@reader.test": "complained",
            },
        ),
        ("medium.txt", "text", {ADA: "active", BOB: "active"}),
        ("utf16.csv", "tsv", {ADA: "active"}),
        ("windows.csv", "csv", {ADA: "active"}),
    ],
)
def test_each_service_is_known_and_its_statuses_count(
    db: Database, name: str, format_: str, expected: dict[str, str]
) -> None:
    report = take(db, SAMPLES / name)
    assert report.format == format_
    assert statuses(db) == expected
    again = take(db, SAMPLES / name)
    assert (again.new, again.changed) == (0, 0)
    assert statuses(db) == expected


def test_what_the_file_proves_becomes_lines_of_the_log(db: Database) -> None:
    take(db, SAMPLES / "mailchimp")
    ada = people(db)[ADA]
    assert [(e.kind, e.at, e.source) for e in ada.consent] == [
        ("requested", "2023-01-02T09:00:00.000Z", "mailchimp"),
        ("confirmed", "2023-01-02T09:05:00.000Z", "mailchimp"),
        ("imported", "2026-11-22T12:00:00.000Z", "subscribed_members_export_1a2b.csv"),
    ]
    assert ada.consent[-1].text == "at the fair"
    assert (ada.created_at, ada.confirmed_at) == (ada.consent[0].at, ada.consent[1].at)
    cleo = people(db)[CLEO]
    assert cleo.consent[-1][:2] == ("unsubscribed", "2023-06-07T08:00:00.000Z")
    assert cleo.unsubscribed_at == "2023-06-07T08:00:00.000Z"


def test_the_page_of_the_sign_up_is_proof_too(db: Database) -> None:
    take(db, SAMPLES / "buttondown.csv")
    assert people(db)[ADA].consent[0].form_url == "https://boats.test/join"


@pytest.mark.parametrize(
    "cell", ["{'name': 'Zoé', 'language': 'fr'}", '{"name": "Zoé", "language": "fr"}']
)
def test_buttondown_keeps_name_and_language_in_its_metadata(
    db: Database, tmp_path: Path, cell: str
) -> None:
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(["email", "subscriber_type", "creation_date", "tags", "metadata"])
        write(["zoe@reader.test", "regular", "2023-01-02", "", cell])
    take(db, path)
    zoe = people(db)["zoe@reader.test"]
    assert (zoe.name, zoe.language) == ("Zoé", "fr")


def test_no_ip_address_is_kept_and_every_column_left_out_is_named(db: Database) -> None:
    report = take(db, SAMPLES / "mailchimp")
    told = {problem.item: problem.reason for problem in report.problems}
    assert told["column OPTIN_IP"] == "left out: the hub keeps no IP addresses"
    assert told["column Company"] == "not understood; left out"
    assert "column TAGS" not in told
    with db.read() as tx:
        whole = json.dumps(list(transfer.records(tx)))
    assert "192.0.2" not in whole


def test_tags_become_topics_where_the_site_has_them(db: Database) -> None:
    report = take(db, SAMPLES / "mailchimp", topics=("ropes",))
    assert people(db)[ADA].topics == ("ropes",)
    told = {problem.item: problem.reason for problem in report.problems}
    assert told["tag big loud ones"] == "no topic of this site; kept as your tag of one person"


def test_names_come_as_they_were_written(db: Database) -> None:
    take(db, SAMPLES / "mailpoet.csv")
    assert people(db)[ADA].name == 'Ada "Countess" Lovelace'
    take(db, SAMPLES / "mailchimp_german.csv")
    assert people(db)["zoe@müller.test"].name == "Zoë Müller"


def test_a_windows_table_keeps_its_letters(db: Database) -> None:
    take(db, SAMPLES / "windows.csv")
    assert people(db)[ADA].name == "“Zoé” Œuf"


def test_an_address_in_place_of_an_erased_one_is_refused(db: Database) -> None:
    (problem,) = [p for p in take(db, SAMPLES / "substack_older.csv").problems if "row" in p.item]
    assert problem.item == "row 4"
    assert "erased by the service" in problem.reason


def test_the_name_of_a_file_may_say_that_nobody_in_it_gets_mail(
    db: Database, tmp_path: Path
) -> None:
    for name, email in (("Unsubscribed.csv", ADA), ("my bounces.txt", BOB), ("active.csv", CLEO)):
        (tmp_path / name).write_text(f"email\n{email}\n")
    take(db, tmp_path)
    assert statuses(db) == {CLEO: "active", BOB: "bounced", ADA: "unsubscribed"}


def test_people_who_never_subscribed_are_refused(db: Database, tmp_path: Path) -> None:
    (tmp_path / "nonsubscribed_members_export_1.csv").write_text(f"email\n{ADA}\n")
    assert take(db, tmp_path).refused == 1
    assert statuses(db) == {}


def test_a_newer_export_adds_what_is_new_and_takes_off_who_left(
    db: Database, tmp_path: Path
) -> None:
    head = "email,subscribed_to_emails,created_at\n"
    (tmp_path / "a.csv").write_text(f"{head}{ADA},true,2023-01-02\n{BOB},true,2023-01-02\n")
    take(db, tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text(
        f"{head}{ADA},false,2023-01-02\n{BOB},true,2023-01-02\n{CLEO},true,2024-01-02\n"
    )
    report = take(db, tmp_path / "b.csv")
    assert (report.new, report.changed, report.unchanged) == (1, 1, 1)
    assert statuses(db) == {ADA: "unsubscribed", BOB: "active", CLEO: "active"}


def test_a_confirmation_that_the_file_knows_keeps_nobody_on_the_list(
    db: Database, tmp_path: Path
) -> None:
    head = "email,status,confirm_time\n"
    (tmp_path / "a.csv").write_text(f"{head}{ADA},subscribed,2023-01-02 09:00:00\n")
    take(db, tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text(f"{head}{ADA},unsubscribed,2023-01-02 09:00:00\n")
    assert take(db, tmp_path / "b.csv").changed == 1
    assert statuses(db) == {ADA: "unsubscribed"}


def test_of_two_rows_the_one_that_means_no_mail_counts(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    path.write_text(f"email,status\n{ADA},active\n{ADA},complained\n{ADA},active\n")
    report = take(db, path)
    assert (report.new, report.refused) == (1, 2)
    assert statuses(db) == {ADA: "complained"}


def test_the_owner_may_say_what_columns_mean(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(f"work,home,who,status\n{ADA},x@home.test,Ada,gone fishing\n")
    with pytest.raises(Refused, match="--map"):
        importing.find(path)
    wanted = columns.given(["email=Work,name=WHO", "none=status"])
    take(db, path, wanted=wanted)
    assert (people(db)[ADA].name, people(db)[ADA].status) == ("Ada", "active")


@pytest.mark.parametrize("option", ["email", "address=Work", "email="])
def test_a_mapping_that_says_nothing_is_refused(option: str) -> None:
    with pytest.raises(Refused, match="USE=COLUMN"):
        columns.given([option])


def test_where_somebody_lives_is_no_status(db: Database, tmp_path: Path) -> None:
    (tmp_path / "book.csv").write_text(f"email,state\n{ADA},Vermont\n")
    assert take(db, tmp_path).new == 1


def test_every_row_gets_its_verdict_and_a_dry_run_says_the_same(
    db: Database, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(f"email,status\n{ADA},\n{BOB},unsubscribed\n{CLEO},pending\n")
    take(db, tmp_path)
    path = tmp_path / "a.csv"
    path.write_text(f"email,status\n{ADA},\n{BOB},\n{CLEO},active\n{DORA},\nnobody,\n{DORA},\n,x\n")
    dry: list[Verdict] = []
    take(db, path, seen=dry, dry_run=True)
    assert [(v.row, v.kind) for v in dry] == [
        (2, "unchanged"),
        (3, "stays out"),
        (4, "changed"),
        (5, "new"),
        (6, "invalid"),
        (7, "duplicate"),
        (8, "invalid"),
    ]
    real: list[Verdict] = []
    take(db, path, seen=real)
    assert real == dry


@pytest.mark.parametrize(
    "content",
    [
        f'email,name\n{ADA},"never closed\n{BOB},x\n'.encode(),
        f"email,name\n{ADA},x\n".encode("utf-16")[:-1],
        f'email,name\n{ADA},"a" b\n'.encode(),
    ],
)
def test_a_table_that_is_not_whole_is_refused_before_anybody_is_taken(
    db: Database, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(Refused, match="cannot be read"):
        take(db, tmp_path)
    assert statuses(db) == {}
