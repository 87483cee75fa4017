"""The steps after the account: pages of the desk, left at any time and gone on with later."""

import re

import pytest
from starlette.testclient import TestClient

from hub.mail import in_force, relays
from hub.mail.model import Standing
from hub.settings import SmtpRelay
from hub.web.state import Hub
from tests.conftest import NOW

SCHEDULE = {"weekly_day": "tuesday", "weekly_time": "07:30", "timezone": "America/Montreal"}


def test_the_first_page_leads_to_the_step_where_one_stopped(desk: TestClient) -> None:
    assert "/admin/start/mail" in desk.get("/admin").text
    answer = desk.post("/admin/start/mail", data={"action": "skip"})
    assert answer.headers["location"] == "/admin/start/schedule"
    assert "step 4 of 5" in desk.get("/admin").text
    # What was skipped stays among what is left to do.
    assert "Connect a mail server" in desk.get("/admin").text


def test_each_step_says_which_it_is(desk: TestClient) -> None:
    for number, name in enumerate(("site", "account", "mail", "schedule", "bring"), 1):
        page = desk.get(f"/admin/start/{name}").text
        assert f"Step {number} of 5" in page
        assert page.count('aria-current="step"') == 1


def test_when_the_newsletter_goes_out_is_kept(desk: TestClient, hub: Hub) -> None:
    answer = desk.post("/admin/start/schedule", data=SCHEDULE)
    assert answer.headers["location"] == "/admin/start/bring"
    site = hub.site()
    assert (site.weekly_day, site.weekly_time, site.timezone) == tuple(SCHEDULE.values())


def test_going_back_loses_nothing_and_changes_nothing(desk: TestClient, hub: Hub) -> None:
    before = hub.site()
    typed = {**SCHEDULE, "weekly_time": "25:00", "action": "back"}
    assert desk.post("/admin/start/schedule", data=typed).headers["location"].endswith("/mail")
    assert 'value="25:00"' in desk.get("/admin/start/schedule").text
    mail = {"host": "mail.half", "port": "", "tls": "no", "username": "me", "action": "back"}
    assert desk.post("/admin/start/mail", data=mail).headers["location"].endswith("/account")
    assert 'value="mail.half"' in desk.get("/admin/start/mail").text
    assert hub.site() == before


@pytest.mark.parametrize(
    ("name", "form", "field"),
    [
        ("site", {"title": "", "language": "en", "base_url": "https://hub.test"}, "title"),
        ("account", {"name": "a" * 200}, "name"),
        ("schedule", {**SCHEDULE, "timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_a_wrong_answer_stays_on_its_step(
    desk: TestClient, name: str, form: dict[str, str], field: str
) -> None:
    answer = desk.post(f"/admin/start/{name}", data=form)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text


def test_after_the_last_step_nothing_of_them_is_left(desk: TestClient) -> None:
    desk.post("/admin/start/mail", data={"action": "skip"})
    desk.post("/admin/start/schedule", data=SCHEDULE)
    answer = desk.post("/admin/start/bring")
    assert answer.headers["location"] == "/admin?done=ready"
    page = desk.get("/admin").text
    assert "of 5" not in re.sub(r"\s+", " ", page)
    assert "Publish your first article" in page


def test_a_relay_that_refuses_is_a_red_check(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        in_force.choose(tx, hub.settings, SmtpRelay("mail.test", 587), NOW)
        reason = "the relay refuses the log-in: 535 5.7.8 wrong"
        relays.note(tx, [Standing("mail.test:587", "refusing", reason)], NOW)
    page = desk.get("/admin").text
    assert "step-wrong" in page
    assert "has refused the hub since Sunday 22 November 2026" in page
    assert "535 5.7.8 wrong" in page
    with hub.db.write() as tx:
        relays.note(tx, [Standing("mail.test:587", "working")], NOW)
    assert "step-wrong" not in desk.get("/admin").text
