from pathlib import Path

import pytest

from hub.errors import SettingError
from hub.settings import VARIABLES, ImapBox, SmtpRelay, from_environment, parse_imap, parse_smtp
from hub.site.options import OPTIONS

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"


def test_without_any_setting_the_hub_starts(tmp_path: Path) -> None:
    settings = from_environment({}, data=tmp_path / "data")
    assert settings.smtp == ()
    assert settings.database == ""


@pytest.mark.parametrize("name", [v.name for v in VARIABLES] + [o.name for o in OPTIONS])
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_DATABASE", "mysql://x"),
        ("HUB_BASE_URL", "example.org"),
        ("HUB_BASE_URL", "https://example.org/blog"),
        ("HUB_BASE_URL", "http://not a url"),
        ("HUB_SMTP", "mail.example.org"),
        ("HUB_SMTP", "smtp://host:99999"),
        ("HUB_SMTP", "smtp://host?starttls=perhaps"),
        ("HUB_SMTP", "smtp://[host"),
        ("HUB_SMTP", "smtp://one.test outbox"),
        ("HUB_SMTP", "smtp://a@one.test smtp://b@one.test:587"),
        ("HUB_IMAP", "mail.example.org"),
        ("HUB_IMAP", "imaps://mail.example.org/INBOX"),
        ("HUB_IMAP", "imaps://user@mail.example.org/INBOX"),
        ("HUB_IMAP", "imaps://user:secret@mail.example.org:99999"),
        ("HUB_IMAP", "imaps://user:secret@[mail"),
        ("HUB_IMAP", "imap://user:secret@mail.example.org?tls=perhaps"),
        ("HUB_IMAP", "imap://user:secret@mail.example.org/a%0D%0Ab"),
        ("HUB_IMAP", "imap://user:secret@mail.example.org/%C3%A9"),
        ("HUB_WEBHOOK_SES", "my-topic"),
        ("HUB_WEBHOOK_SES", "arn:aws:sns:eu-west-1.evil.test/:123456789012:x"),
        ("HUB_WEBHOOK_POSTMARK", "password-without-a-user"),
        ("HUB_WEBHOOK_POSTMARK", "user:short"),
        ("HUB_WEBHOOK_SENDGRID", "no key"),
        ("HUB_WEBHOOK_SENDGRID", "QUFB"),
        ("HUB_SECRET_KEY", "short"),
        ("HUB_SECRET_KEY_FILE", "/nonexistent/key"),
        ("HUB_TRUSTED_PROXIES", "everybody"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_setting(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingError, match=name):
        from_environment({name: value}, data=tmp_path / "data")


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="HUB_DATA"):
        from_environment({}, data=tmp_path / "file" / "data")


def test_the_key_is_made_once_and_nobody_else_reads_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = from_environment({}, data=data).secret_key
    assert from_environment({}, data=data).secret_key == first
    assert (data / "secret.key").stat().st_mode & 0o777 == 0o600
    assert data.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in data.iterdir()] == ["secret.key"]


def test_secrets_are_not_in_what_is_printed(tmp_path: Path) -> None:
    settings = from_environment(
        {
            "HUB_SMTP": "smtp://me:hunter22@mail.test",
            "HUB_IMAP": "imaps://me:hunter22@mail.test",
            "HUB_WEBHOOK_MAILGUN": "hunter22",
            "HUB_WEBHOOK_POSTMARK": "hunter22:hunter22hunter22",
            "HUB_SECRET_KEY": "s" * 40,
        },
        data=tmp_path / "data",
    )
    assert "hunter22" not in repr(settings)
    assert "sss" not in repr(settings)


def test_a_relay_is_read_with_its_password_decoded() -> None:
    assert parse_smtp("smtp://me%40x:p%2Fw@mail.test:2525?starttls=no") == (
        SmtpRelay("mail.test", 2525, "me@x", "p/w", "no"),
    )
    assert parse_smtp("smtps://mail.test") == (SmtpRelay("mail.test", 465, tls="implicit"),)
    assert parse_smtp("smtp://mail.test") == (SmtpRelay("mail.test", 587, tls="required"),)


def test_several_relays_keep_their_order_and_have_names_without_secrets() -> None:
    relays = parse_smtp("smtps://me:secret@one.test \n smtp://two.test?starttls=no smtp://[::1]:25")
    assert [relay.name for relay in relays] == ["one.test:465", "two.test:587", "[::1]:25"]
    assert [relay.tls for relay in relays] == ["implicit", "no", "required"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", None),
        (
            "imaps://me%40x:p%2Fw@mail.test",
            ImapBox("mail.test", 993, "me@x", "p/w", "INBOX", "implicit"),
        ),
        (
            "imap://me:pw@mail.test:1143/In%20Box?tls=no&move=Done%20with",
            ImapBox("mail.test", 1143, "me", "pw", "In Box", "no", "Done with"),
        ),
        ("imap://me:pw@mail.test/", ImapBox("mail.test", 143, "me", "pw", "INBOX", "required")),
        # imaps has its secure connection already.
        (
            "imaps://me:pw@mail.test?tls=no",
            ImapBox("mail.test", 993, "me", "pw", "INBOX", "implicit"),
        ),
    ],
)
def test_a_mailbox_is_read_with_its_password_decoded(url: str, expected: ImapBox | None) -> None:
    assert parse_imap(url) == expected
    assert expected is None or "@" in expected.name
