"""`hub import` and `hub export` of lists and of everything, as they are typed."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from PIL import Image

from hub.app import create_hub
from hub.audience import membership, suppression, transfer
from hub.content import publishing, redirect_store, store, translations
from hub.content.model import Post
from hub.db import Database
from hub.settings import from_environment
from hub.site import store as sites
from hub.web.state import Hub
from tests.cli.test_subscribers import Run, run
from tests.conftest import NOW
from tests.postgres_server import Server

__all__ = ["run"]
SAMPLES = Path(__file__).parents[1] / "audience" / "samples"


def imported(run: Run, path: Path, *options: str) -> list[dict[str, object]]:
    code, out, err = run("import", str(path), "--json", *options)
    assert code == 0, err
    found = json.loads(out)
    return found if isinstance(found, list) else [found]


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return target


def test_a_zip_of_articles_and_readers_gives_both(run: Run, hub: Hub, tmp_path: Path) -> None:
    path = zipped(SAMPLES / "substack", tmp_path / "export.zip")
    posts, people = imported(run, path, "--consent", "at Substack")
    assert (posts["kind"], posts["new"]) == ("posts", 1)
    assert (people["kind"], people["format"], people["new"]) == ("subscribers", "substack", 1)
    again = imported(run, path, "--consent", "at Substack")
    assert [(r["new"], r["changed"], r["unchanged"]) for r in again] == [(0, 0, 1), (0, 0, 1)]


def test_articles_come_in_while_their_list_waits_for_a_word(run: Run, hub: Hub) -> None:
    posts, people = imported(run, SAMPLES / "substack")
    assert (posts["new"], people["new"], people["refused"]) == (1, 0, 1)
    assert "--consent" in str(people["problems"])
    with hub.db.read() as tx:
        assert list(transfer.records(tx)) == []


def test_a_list_alone_without_a_word_is_refused(run: Run) -> None:
    code, _, err = run("import", str(SAMPLES / "medium.txt"))
    assert code == 1
    assert "--consent" in err


def test_a_dry_run_writes_what_becomes_of_each_row(run: Run, hub: Hub, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    imported(run, SAMPLES / "mailchimp", "--consent=x", "--dry-run", "--rows", str(rows))
    table = list(csv.reader(io.StringIO(rows.read_text(encoding="utf-8-sig"), newline="")))
    assert table[0] == ["file", "row", "email", "verdict", "reason", "afterwards"]
    ada = ["subscribed_members_export_1a2b.csv", "2", "ada@reader.test", "new", "", "gets mail"]
    assert ada in table
    with hub.db.read() as tx:
        assert list(transfer.records(tx)) == []


def test_a_mapping_on_the_command_line(run: Run, hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("work,home\nada@reader.test,ada@home.test\n")
    (report,) = imported(run, path, "--consent=x", "--map", "email=work")
    assert report["new"] == 1
    assert run("import", str(path), "--consent=x", "--map", "post=work")[0] == 1


def test_the_dry_run_says_first_what_may_hide_who_left_and_last_who_gets_mail(
    run: Run, hub: Hub, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email,status,VIP\nada@reader.test,,oui\nbob@reader.test,bounced,non\n")
    _, out, _ = run("import", str(path), "--consent=x", "--dry-run")
    first, *_, last = out.splitlines()
    assert first.startswith("WARNING: column VIP is not understood.")
    assert last == "1 gets mail, 1 does not."
    code, _, err = run("import", str(path), "--consent=x", "--map", "name=Nope")
    assert code == 1
    assert "email, status, VIP" in err


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_spreadsheet_is_refused_with_what_to_do(run: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"list.{suffix}"
    path.write_bytes(b"PK\3\4")
    code, _, err = run("import", str(path), "--consent=x")
    assert code == 1
    assert "save it as CSV" in err


@pytest.mark.parametrize("service", ["ghost", "mailchimp", "buttondown", "listmonk"])
def test_what_another_service_gets_comes_back_as_it_was(
    run: Run, hub: Hub, tmp_path: Path, service: str
) -> None:
    imported(run, SAMPLES / "mailchimp", "--consent=x")
    path = tmp_path / "out.csv"
    assert run("export", "subscribers", "--format", service, "-o", str(path))[0] == 0
    emails = [row[0] for row in csv.reader(path.read_text().splitlines())][1:]
    assert emails == ["ada@reader.test", "bob@reader.test"]
    (report,) = imported(run, path, "--consent=x")
    assert (report["new"], report["changed"], report["unchanged"]) == (0, 0, 2)


@pytest.fixture
def full(run: Run, hub: Hub, tmp_path: Path) -> Hub:
    """A hub with articles, a picture, a deleted article, readers and suppressions."""
    folder = tmp_path / "articles"
    folder.mkdir()
    Image.new("RGB", (40, 30), "red").save(folder / "boat.png")
    (folder / "tides.md").write_text(
        "---\ntitle: 'Tides: high & low'\ndate: 2024-05-01\ntags: [Ropes, Big Sails]\n"
        "authors: [Ada L]\naliases: [/old/tides]\n---\nTwice a day.\n\n---\n\n![A boat](boat.png)\n"
    )
    (folder / "marees.md").write_text(
        "---\ntitle: Marées\nlanguage: fr\ndate: 2024-05-02\ntranslation_of: tides\n---\nDeux.\n"
    )
    (folder / "about.md").write_text("---\ntitle: Über uns\nkind: page\n---\nWe.\n")
    (folder / "soon.md").write_text("---\ntitle: Soon\ndraft: true\n---\nNot yet.\n")
    (folder / "gone.md").write_text("---\ntitle: Gone\ndate: 2024-01-01\n---\nOld.\n")
    imported(run, folder)
    imported(run, SAMPLES / "mailchimp", "--consent", "at the fair")
    with hub.db.write() as tx:
        publishing.delete(tx, "gone", NOW)
        membership.erase(tx, membership.by_address(tx, "bob@reader.test"), now=NOW)
        suppression.suppress(tx, "never@reader.test", "owner", now=NOW)
        redirect_store.put_address(tx, "shop", "https://shop.test/", NOW)
    return hub


@contextmanager
def another(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """An empty hub that is set up."""
    environment = {"HUB_DATABASE": database}
    parts = create_hub(from_environment(environment, data=tmp_path / "other"))
    with closing(parts.db), parts.db.write() as tx:
        sites.put(tx, "title", "Another")
        sites.put(tx, "base_url", "https://other.test")
        sites.mark_ready(tx, NOW)
    yield parts


@pytest.fixture
def other_url(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    if engine == "sqlite":
        yield ""
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = server.database()
    yield server.url(name)
    server.drop(name)


def posts(db: Database) -> dict[str, Post]:
    with db.read() as tx:
        found = [store.by_id(tx, shelved.id) for shelved in store.shelved(tx)]
    return {post.slug: post for post in found if post is not None}


def test_everything_out_and_into_an_empty_hub_is_the_same(
    run: Run,
    full: Hub,
    other_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed_in: Callable[[Path, str], Run],
) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    assert run("export", "archive", "-o", str(first))[0] == 0
    before = posts(full.db)
    with another(tmp_path, other_url, monkeypatch) as hub:
        there = typed_in(hub.settings.data, other_url)
        reports = imported(there, first)
        assert [(r["kind"], r["new"], r["refused"]) for r in reports] == [
            ("posts", 5, 0),
            ("subscribers", 3, 0),
            ("people", 1, 0),
            ("suppressions", 2, 0),
        ]
        again = imported(there, first)
        assert [(r["new"], r["changed"]) for r in again] == [(0, 0)] * 4
        assert there("export", "archive", "-o", str(second))[0] == 0
    assert first.read_bytes() == second.read_bytes()
    parts = create_hub(from_environment({"HUB_DATABASE": other_url}, data=tmp_path / "other"))
    with closing(parts.db):
        after = posts(parts.db)
        assert after["tides"].uid == before["tides"].uid
        assert after["tides"].html == before["tides"].html
        assert after["tides"].newsletter == "none"
        with parts.db.read() as tx:
            assert translations.original_of(tx, after["marees"].id) == "tides"
        assert after["gone"].status == "deleted"
        with parts.db.read() as tx:
            assert store.redirect_target(tx, "old/tides") == after["tides"].id
            shop = redirect_store.get(tx, "shop")
            assert shop is not None
            assert shop.target == "https://shop.test/"
            assert suppression.reason(tx, "never@reader.test") == "owner"
            assert suppression.reason(tx, "bob@reader.test") == "erased"
        assert list((parts.settings.media).rglob("*.png"))


@pytest.fixture
def typed_in(
    run: Run, hub: Hub, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> Callable[[Path, str], Run]:
    """Runs commands in another hub."""

    def there(data: Path, database: str) -> Run:
        def call(*arguments: str) -> tuple[int, str, str]:
            monkeypatch.setenv("HUB_DATABASE", database)
            try:
                return run("--data", str(data), *arguments)
            finally:
                monkeypatch.setenv("HUB_DATABASE", database_url)

        return call

    return there


def test_an_archive_never_replaces_a_file(run: Run, hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"precious")
    assert run("export", "archive", "-o", str(tmp_path / "a.zip"))[0] == 1
    assert (tmp_path / "a.zip").read_bytes() == b"precious"


def test_suppressions_travel_with_their_key(run: Run, full: Hub, tmp_path: Path) -> None:
    path = tmp_path / "never.ndjson"
    assert run("export", "suppressions", "-o", str(path))[0] == 0
    assert "reader.test" not in path.read_text()
    (report,) = imported(run, path)
    assert (report["kind"], report["new"], report["unchanged"]) == ("suppressions", 0, 2)
    head, *rows = path.read_text().splitlines()
    key = json.loads(head)["suppressions"]["key"]
    path.write_text("\n".join([head.replace(key, "00" * 32), *rows]) + "\n")
    code, _, err = run("import", str(path))
    assert code == 1
    assert "another key" in err


@pytest.mark.parametrize("damage", ["{}\n", '{"email_hash": "x"}\n', "no json\n"])
def test_a_suppression_list_that_is_not_whole_changes_nothing(
    run: Run, hub: Hub, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "never.ndjson"
    good = {"email_hash": "0" * 64, "reason": "owner", "created_at": "2026-11-22T12:00:00.000Z"}
    head = {"suppressions": {"key": "00" * 32, "hash": ""}}
    text = "".join(json.dumps(v, separators=(",", ":")) + "\n" for v in (head, good))
    path.write_text(text + damage)
    assert run("import", str(path))[0] == 1
    with hub.db.read() as tx:
        assert suppression.travelling_key(tx) is None
    path.write_text(text)
    assert imported(run, path)[0]["new"] == 1
