"""hub setup, users and settings: done once, refused in one line, nothing half done."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import cli
from hub.errors import HubError

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

SETUP = ("setup", "--title", "Harbour Notes", "--base-url", "https://hub.test")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(data: Path, *arguments: str, given: str = "") -> Result:
    result = CliRunner().invoke(cli, ["--data", str(data), *arguments], input=given)
    if result.exception and not isinstance(result.exception, (HubError, SystemExit)):
        raise result.exception
    return result


def set_up(data: Path, *more: str, given: str = "") -> Result:
    return run(data, *SETUP, "--email", "ada@hub.test", *more, given=given)


def test_set_up_prints_a_link_to_choose_the_password(data: Path) -> None:
    assert "https://hub.test/admin/password/" in set_up(data).output


def test_set_up_takes_the_password_from_standard_input(data: Path) -> None:
    result = set_up(data, "--password-stdin", given="correct horse battery\n")
    assert result.exit_code == 0
    assert "password" not in result.output
    (user,) = json.loads(run(data, "users", "list", "--json").output)
    assert (user["email"], user["role"], user["password"]) == ("ada@hub.test", "owner", True)


def test_a_second_set_up_is_refused(data: Path) -> None:
    set_up(data)
    result = set_up(data)
    assert result.exit_code == 1
    assert "set up already" in str(result.exception)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--timezone", "Europe/Atlantis"),
        ("--base-url", "ftp://hub.test"),
        ("--email", "ada"),
        ("--language", "tlh"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_half_done(
    data: Path, option: str, value: str
) -> None:
    result = set_up(data, option, value)
    assert result.exit_code == 1
    assert f"{option}: " in result.output
    assert "not set up" in str(run(data, "users", "list").exception)
    assert set_up(data).exit_code == 0


def test_a_short_password_sets_up_nothing(data: Path) -> None:
    assert set_up(data, "--password-stdin", given="short\n").exit_code == 1
    assert set_up(data).exit_code == 0


def test_users_are_added_listed_and_removed(data: Path) -> None:
    set_up(data)
    assert run(data, "users", "add", "ed@hub.test", "--role", "editor").exit_code == 0
    assert "ed@hub.test  editor" in run(data, "users", "list").output
    assert run(data, "users", "remove", "ed@hub.test").exit_code == 0
    assert "ed@hub.test" not in run(data, "users", "list").output


def test_the_last_owner_stays(data: Path) -> None:
    set_up(data)
    result = run(data, "users", "remove", "ada@hub.test")
    assert result.exit_code == 1
    assert "last owner" in str(result.exception)


def test_a_password_for_an_unknown_account_is_refused(data: Path) -> None:
    set_up(data)
    assert "eve@hub.test" in str(run(data, "users", "password", "eve@hub.test").exception)


def test_a_forgotten_password_is_replaced(data: Path) -> None:
    set_up(data)
    assert "/admin/password/" in run(data, "users", "password", "ada@hub.test").output
    given = run(data, "users", "password", "ada@hub.test", "--password-stdin", given="a" * 12)
    assert "easily guessed" in str(given.exception)


def test_settings_are_set_and_read(data: Path) -> None:
    set_up(data)
    assert run(data, "settings", "set", "weekly_day", "tuesday").exit_code == 0
    assert run(data, "settings", "get", "weekly_day").output == "tuesday\n"
    assert json.loads(run(data, "settings", "list", "--json").output)["weekly_day"] == "tuesday"


def test_a_wrong_setting_is_named_and_not_stored(data: Path) -> None:
    set_up(data)
    result = run(data, "settings", "set", "weekly_day", "someday")
    assert result.exit_code == 1
    assert str(result.exception).startswith("weekly_day: ")
    assert run(data, "settings", "get", "weekly_day").output == "saturday\n"
    refused = run(data, "settings", "set", "welcome_posts", "nowhere")
    assert str(refused.exception) == (
        "welcome_posts: No published article has the address “nowhere”."
    )


def test_an_unknown_setting_is_refused(data: Path) -> None:
    assert "no setting called colour" in str(run(data, "settings", "get", "colour").exception)
    assert "no setting called colour" in str(run(data, "settings", "set", "colour", "x").exception)
