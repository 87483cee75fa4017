"""What columns mean, in French too; what may hide who left; days in local order."""

from pathlib import Path

import pytest

from hub.audience import columns, importing
from hub.db import Database
from hub.errors import Refused
from tests.audience.test_services import ADA, BOB, CLEO, people, statuses, take


def put(folder: Path, text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("heading", "stays", "gone"),
    [
        ("Désabonné", "non", "oui"),
        ("Désabonné", "", "x"),
        ("Désinscrit", "0", "1"),
        ("Désinscription", "", "23/11/2021"),
        ("Date de désinscription", "", "23/11/2021 14:05"),
        ("Date de désinscription", "0000-00-00 00:00:00", "2021-11-23 14:05:00"),
        ("DATE DE DESINSCRIPTION", "", "02/03/2021"),
        ("Abonné", "oui", "non"),
        ("Abonné", "x", ""),
        ("Inscrit", "vrai", "faux"),
        ("Actif", "1", "0"),
        ("Newsletter", "Oui", "Non"),
        ("Inscription", "oui", "non"),
        ("État", "abonné(e)", "désabonné(e)"),
        ("Statut", "Actif", "Désinscrite"),
        ("Opt-in", "yes", "no"),
        ("Opted out", "no", "yes"),
        ("unsubscribed_at", "", "the other day"),
    ],
)
def test_who_left_gets_no_mail_in_whatever_words(
    db: Database, tmp_path: Path, heading: str, stays: str, gone: str
) -> None:
    take(db, put(tmp_path, f"Courriel;{heading}\n{ADA};{stays}\n{BOB};{gone}\n"))
    assert statuses(db) == {ADA: "active", BOB: "unsubscribed"}


@pytest.mark.parametrize(
    ("heading", "cells", "warns"),
    [
        ("VIP", ("oui", "non"), True),
        ("Unabo", ("2021-01-02", ""), True),
        ("Désabo. mailing", ("truc", ""), True),
        ("Ville", ("Brest", "Lyon"), False),
        ("Newsletter", ("Hebdo", "Mensuelle"), False),
        ("Anniversaire", ("2001-01-02", ""), False),
        ("UNSUB_CAMPAIGN_TITLE", ("oui", ""), False),
    ],
)
def test_a_column_that_may_say_who_left_is_warned_about(
    db: Database, tmp_path: Path, heading: str, cells: tuple[str, str], warns: bool
) -> None:
    path = put(tmp_path, f"email;Ville2;{heading}\n{ADA};a;{cells[0]}\n{BOB};b;{cells[1]}\n")
    report = take(db, path, dry_run=True)
    assert [warning.item for warning in report.warnings] == [f"column {heading}"] * warns
    if warns:
        assert report.problems[0] == report.warnings[0]
        silenced = take(db, path, wanted={heading.casefold(): "none"}, dry_run=True)
        assert silenced.warnings == ()


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("Prénom;Nom", "Béatrice;Dûpont", "Béatrice Dûpont"),
        ("Nom;Prénom", "Dûpont;Béatrice", "Béatrice Dûpont"),
        ("Nom;x", "Béatrice Dûpont;", "Béatrice Dûpont"),
        ("First name;Name", "Béatrice;Béatrice Dûpont", "Béatrice Dûpont"),
    ],
)
def test_the_last_name_beside_the_first(
    db: Database, tmp_path: Path, header: str, row: str, name: str
) -> None:
    take(db, put(tmp_path, f"Courriel;{header}\n{ADA};{row}\n"))
    assert people(db)[ADA].name == name


@pytest.mark.parametrize(
    ("heading", "cells", "days"),
    [
        ("created_at", ("23/11/2021", "02/03/2021"), ("2021-11-23", "2021-03-02")),
        ("created_at", ("23.11.2021 14:05", "02.03.2021"), ("2021-11-23", "2021-03-02")),
        ("created_at", ("11/23/2021", "02/03/2021"), ("2021-11-23", "2021-02-03")),
        ("Date d’inscription", ("01/11/2021 14:05", "02/03/2021"), ("2021-11-01", "2021-03-02")),
        # In two ways, so in none.
        ("created_at", ("01/11/2021", "02/03/2021"), ("2026-11-22", "2026-11-22")),
        ("created_at", ("23/11/2021", "02/13/2021"), ("2026-11-22", "2026-11-22")),
    ],
)
def test_days_are_read_where_the_column_leaves_no_doubt(
    db: Database, tmp_path: Path, heading: str, cells: tuple[str, str], days: tuple[str, str]
) -> None:
    report = take(db, put(tmp_path, f"email;{heading}\n{ADA};{cells[0]}\n{BOB};{cells[1]}\n"))
    found = people(db)
    assert (found[ADA].created_at[:10], found[BOB].created_at[:10]) == days
    assert [p.item for p in report.problems] == [f"column {heading}"] * (days[0] == "2026-11-22")


def test_a_single_time_that_cannot_be_used_is_reported(db: Database, tmp_path: Path) -> None:
    rows = f"{ADA},2021-01-02\n{BOB},soon\n{CLEO},2999-01-01\n"
    report = take(db, put(tmp_path, f"email,created_at\n{rows}"))
    assert [(p.item, p.reason) for p in report.problems] == [
        ("column created_at", "one time in it cannot be read; left out"),
        ("column created_at", "one time in it is yet to come; taken as today"),
    ]
    assert people(db)[CLEO].created_at == "2026-11-22T12:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        f"Nos contacts;;\n;;\nE-mail;Ville;Désabonné\n{ADA};Brest;non\n{BOB};Brest;oui\n",
        f"Export de contact@asso.test\nE-mail;Ville;Désabonné\n{ADA};Brest;non\n{BOB};Brest;oui\n",
        f"Nos contacts;;\nContact principal;Ville;Désabonné\n{ADA};Brest;non\n{BOB};Brest;oui\n",
    ],
)
def test_a_title_above_the_header_is_passed_over(db: Database, tmp_path: Path, text: str) -> None:
    path = put(tmp_path, text)
    [file] = importing.find(path)
    assert file.source.count() == len(list(file.source.rows())) == 2
    take(db, path)
    assert statuses(db) == {ADA: "active", BOB: "unsubscribed"}


@pytest.mark.parametrize("use", ["name", "email"])
def test_a_mapping_of_a_column_that_is_not_there_is_refused(tmp_path: Path, use: str) -> None:
    path = put(tmp_path, f"work,home\n{ADA},{BOB}\n")
    with pytest.raises(Refused, match=r"no column “nope”\. The columns are: work, home"):
        importing.find(path, columns.given([f"{use}=Nope"]))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(db: Database, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "list.txt").write_bytes(f"Courriel\tPrénom\n{ADA}\tZoé\n".encode(encoding))
    take(db, tmp_path / "list.txt")
    assert people(db)[ADA].name == "Zoé"


def test_a_spreadsheet_is_to_be_saved_as_csv(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="save it as CSV"):
        importing.find(put(tmp_path, "PK\3\4", "list.xlsx"))


def test_a_file_with_a_header_alone_says_that_nobody_is_in_it(db: Database, tmp_path: Path) -> None:
    report = take(db, put(tmp_path, "Email,Name\n"))
    assert (report.new, report.problems[0].reason) == (0, "there is nobody in it")


@pytest.mark.parametrize(
    "text",
    [
        "First Name,Email,Status,Subscribed At\n"
        "Ada,ada@reader.test,Confirmed,2023-01-02 09:00:00\n",
        "E-mail,Prénom,Nom,Heure d’abonnement,Statut de la liste,Statut global,Liste\n"
        "ada@reader.test,Ada,,2023-01-02 09:00:00,Abonné(e),Abonné(e),Cordages\n",
    ],
)
def test_kit_and_the_french_mailpoet(db: Database, tmp_path: Path, text: str) -> None:
    report = take(db, put(tmp_path, text))
    ada = people(db)[ADA]
    assert (ada.status, ada.name, ada.created_at[:10]) == ("active", "Ada", "2023-01-02")
    assert not [p for p in report.problems if "column" in p.item]
