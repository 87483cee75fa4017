"""The log of who changed what: written with the change, by whoever acts, and by nobody else."""

from dataclasses import replace

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from hub import journal
from hub.app import create_app
from hub.audience import membership
from hub.audience.model import Wish
from hub.cli import cli
from hub.content import publishing
from hub.content.model import Post
from hub.errors import Refused
from hub.site import store as sites
from hub.users import accounts
from hub.web.state import Hub
from tests.admin.conftest import article, desk, logged_in
from tests.conftest import NOW
from tests.newsletter.cast import tick

__all__ = ("article", "desk")
LATER = NOW.replace(hour=13)
ADA = journal.user(7, "Ada", NOW)


def lines(hub: Hub, **asked: str) -> list[tuple[str, str, str, str]]:
    with hub.db.read() as tx:
        found = journal.page(tx, limit=100, **asked)  # type: ignore[arg-type]  # names of texts
    return [(entry.who, entry.area, entry.deed, entry.subject) for entry in found]


def test_a_setting_is_noted_with_before_and_after(hub: Hub) -> None:
    with journal.acting(ADA), hub.db.write() as tx:
        sites.change(tx, "title", "Quay Letters", now=NOW)
        sites.change(tx, "title", "Quay Letters", now=NOW)
    with hub.db.read() as tx:
        (entry,) = journal.page(tx, limit=10)
    assert (entry.was, entry.became) == ("Harbour Notes", "Quay Letters")
    assert (entry.who, entry.name, entry.at) == ("user 7", "Ada", NOW)


def test_what_is_undone_was_never_noted(hub: Hub) -> None:
    def change() -> None:
        with journal.acting(ADA), hub.db.write() as tx:
            sites.change(tx, "title", "Quay Letters", now=NOW)
            sites.change(tx, "weekly_time", "25:00", now=NOW)

    with pytest.raises(Refused):
        change()
    assert lines(hub) == []


def test_where_nobody_acts_nothing_is_noted(hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.change(tx, "title", "Quay Letters", now=NOW)
    assert lines(hub) == []


def test_the_desk_acts_for_who_is_logged_in(desk: TestClient, hub: Hub, article: Post) -> None:
    desk.post("/admin/settings", data={"description": "Tides"})
    desk.post(f"/admin/posts/{article.id}/unpublish")
    desk.post(f"/admin/posts/{article.id}/delete")
    desk.get("/admin/subscribers/export?format=csv")
    who = lines(hub)[0][0]
    assert lines(hub) == [
        (who, "list", "exported", "csv"),
        (who, "posts", "deleted", article.title),
        (who, "posts", "unpublished", article.title),
        (who, "settings", "changed", "description"),
        (who, "posts", "published", article.title),
    ]
    assert who.startswith("user ")


def test_the_command_line_acts_for_itself(hub: Hub) -> None:
    data = ["--data", str(hub.settings.data)]
    for command in (["settings", "set", "title", "Quay"], ["users", "add", "ed@hub.test"]):
        assert CliRunner().invoke(cli, [*data, *command]).exit_code == 0
    assert lines(hub)[-1] == ("command", "settings", "changed", "title")
    assert ("command", "users", "added", "ed@hub.test") in lines(hub)


def test_the_worker_does_by_itself_what_was_planned(hub: Hub, article: Post) -> None:
    with hub.db.write() as tx:
        publishing.unpublish(tx, article.id, NOW)
        publishing.schedule(tx, article.id, LATER, NOW)
    tick(hub, LATER)
    assert ("hub", "posts", "published", article.title) in lines(hub)


def test_a_reader_stands_there_by_number_alone(hub: Hub) -> None:
    wish = Wish("reader@mail.test", "Grace", "weekly", (), "en")
    with journal.acting(ADA), hub.db.write() as tx:
        person = membership.add(tx, wish, statement="At the fair.", now=NOW)
        membership.erase(tx, person, now=NOW)
    with hub.db.read() as tx:
        found = journal.page(tx, limit=10)
    assert [(one.deed, one.number) for one in found] == [
        ("erased", person.id),
        ("added", person.id),
    ]
    assert "mail.test" not in str(found)
    assert "Grace" not in str(found)


def test_no_password_is_noted(hub: Hub) -> None:
    with journal.acting(ADA), hub.db.write() as tx:
        user = accounts.create(
            tx, email="e@hub.test", name="Ed", role="editor", password_hash="argon", now=NOW
        )
        accounts.change_password(tx, user, "argon2")
        accounts.change_role(tx, user, "owner")
    with hub.db.read() as tx:
        found = journal.page(tx, limit=10)
    assert [(e.deed, e.was, e.became) for e in found] == [
        ("role", "editor", "owner"),
        ("password", "", ""),
        ("added", "", "editor"),
    ]


def test_lines_go_after_a_year(hub: Hub) -> None:
    old = replace(ADA, at=NOW - journal.KEPT * 1.01)
    for actor in (old, ADA):
        with journal.acting(actor), hub.db.write() as tx:
            journal.note(tx, "posts", "deleted", subject=str(actor.at))
    with hub.db.write() as tx:
        journal.forget_old(tx, NOW)
    assert [subject for *_, subject in lines(hub)] == [str(NOW)]


def test_it_is_read_by_who_and_what_and_from_page_to_page(hub: Hub) -> None:
    command = journal.Actor(journal.COMMAND, "", NOW)
    for actor, area in ((ADA, "posts"), (ADA, "readers"), (command, "posts")):
        with journal.acting(actor), hub.db.write() as tx:
            journal.note(tx, area, "deleted")
    assert [who for who, *_ in lines(hub, area="posts")] == ["command", "user 7"]
    assert [area for _, area, *_ in lines(hub, who="user 7", area="readers")] == ["readers"]
    with hub.db.read() as tx:
        first = journal.page(tx, limit=2)
        rest = journal.page(tx, before=first[-1].id, limit=2)
    assert [entry.area for entry in (*first, *rest)] == ["posts", "readers", "posts"]


def test_editors_see_nothing_of_it(hub: Hub) -> None:
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        answer = logged_in(client, hub, "editor").get("/admin/log")
    assert answer.status_code == 403


def test_the_page_says_it_in_words(desk: TestClient, hub: Hub, article: Post) -> None:
    desk.post("/admin/settings", data={"weekly_day": "tuesday"})
    desk.get("/admin/subscribers/export?format=csv")
    page = desk.get("/admin/log").text
    for text in ("Changed “Day of the weekly newsletter”", "Saturday", "Tuesday", article.title):
        assert text in page
    filtered = desk.get("/admin/log?area=posts").text
    assert article.title in filtered
    assert "Tuesday" not in filtered
    assert desk.get("/admin/log?before=x&area=nothing&who=nobody").status_code == 200
