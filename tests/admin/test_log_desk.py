"""What the owner does with the newsletter and with readers stands in the log."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub import journal
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import publish, subscribe

NEXT = "/admin/newsletter/next/weekly"
LIST = "/admin/subscribers"
INTRO = {"markdown": "Dear all", "subject": "", "language": "en", "seen": ""}


def first_line(hub: Hub, area: str) -> tuple[str, str, int | None, str]:
    with hub.db.read() as tx:
        (entry,) = journal.page(tx, area=area, limit=1)
    return (entry.deed, entry.subject, entry.number, entry.became)


@pytest.mark.parametrize(
    ("path", "form", "line", "said"),
    [
        ("intro", INTRO, ("intro", "weekly", None, ""), f'<a href="{NEXT}">Wrote the intro'),
        ("articles", {"move": "hold 1"}, ("held back", "A", 1, "weekly"), "Held “A” back"),
        ("articles", {"move": "down 1"}, ("moved", "A", 1, "weekly"), "Moved “A”"),
    ],
)
def test_what_is_prepared_is_noted(
    desk: TestClient,
    hub: Hub,
    path: str,
    form: dict[str, str],
    line: tuple[str, str, int | None, str],
    said: str,
) -> None:
    for number, name in enumerate("AB"):
        publish(hub, name, at=NOW - timedelta(hours=number))
    assert desk.post(f"{NEXT}/{path}", data=form).status_code == 303
    assert first_line(hub, "newsletter") == line
    page = desk.get("/admin/log?area=newsletter").text
    assert said in page
    assert '<p class="meta">Weekly</p>' in page


@pytest.mark.parametrize(
    ("status", "path", "form", "area", "line"),
    [
        ("waiting", f"{LIST}/waiting", {"who": "1", "decision": "accepted"}, "readers",
         ("accepted", "", 1, "")),
        ("waiting", f"{LIST}/waiting", {"who": "1", "decision": "declined"}, "readers",
         ("declined", "", 1, "")),
        ("active", f"{LIST}/1/unsubscribe", {}, "readers", ("unsubscribed", "", 1, "")),
        ("active", f"{LIST}/tags", {"who": ["1", "2"], "tags": "press", "action": "add"}, "list",
         ("tagged", "press", 2, "")),
        ("active", f"{LIST}/tags", {"who": "1", "tags": "press", "action": "add"}, "readers",
         ("tags", "", 1, "")),
        ("active", f"{LIST}/tagging?status=active",
         {"tags": "press", "action": "add", "step": "do"}, "list", ("tagged", "press", 2, "")),
    ],
)  # fmt: skip
def test_what_is_done_with_readers_is_noted(
    desk: TestClient,
    hub: Hub,
    status: str,
    path: str,
    form: dict[str, str | list[str]],
    area: str,
    line: tuple[str, str, int | None, str],
) -> None:
    for name in ("ada", "ben"):
        subscribe(hub, f"{name}@mail.test", status=status)
    assert desk.post(path, data=form).status_code == 303
    assert first_line(hub, area) == line
    assert "mail.test" not in desk.get("/admin/log").text


@pytest.mark.parametrize(
    ("deed", "number", "english", "french"),
    [
        ("tagged", 1, "Tagged one reader with “press”", "à un lecteur"),
        ("tagged", 12345, "Tagged 12,345 readers with “press”", "à 12\u202f345 lecteurs"),
        ("untagged", 2, "Took the tag “press” from 2 readers", "à 2 lecteurs"),
        ("subscribers imported", 0, "(press): nobody new", "personne de nouveau"),
        ("subscribers imported", 88, "(press): 88 people new", "88 personnes de plus"),
        ("people imported", 1, "tags and notes of one person", "d’une personne"),
        ("imported", 3, "Imported the list “press”", "A importé la liste «\u00a0press\u00a0»"),
    ],
)
def test_lines_of_an_import_read_as_sentences(
    desk: TestClient, hub: Hub, deed: str, number: int, english: str, french: str
) -> None:
    with journal.acting(journal.user(1, "Ada", NOW)), hub.db.write() as tx:
        journal.note(tx, "list", deed, subject="press", number=number)
    assert english in desk.get("/admin/log").text
    with hub.db.write() as tx:
        sites.put(tx, "language", "fr")
    assert french in desk.get("/admin/log").text
