"""The mail with the password link carries a link that works."""

from collections.abc import Mapping

from hub.mail.model import QueuedMail
from hub.tokens import Signer
from hub.users import accounts, letters, one_time_links
from hub.web import themes
from hub.web.state import Hub
from tests.conftest import NOW


def render(template: str, language: str, context: Mapping[str, object]) -> str:
    return themes.desk().render(f"mail/{template}", language, context)


def mail(user_id: int) -> QueuedMail:
    return QueuedMail(1, "password", user_id, "ada@hub.test", "en", 0, NOW)


def test_text_and_html_carry_the_same_working_link(hub: Hub) -> None:
    with hub.db.write() as tx:
        user = accounts.create(
            tx, email="ada@hub.test", name="", role="owner", password_hash=None, now=NOW
        )
        letter = letters.password(
            tx, mail(user.id), site=hub.site(), signer=Signer(b"k" * 32), render=render
        )
        assert letter is not None
        url = next(line for line in letter.text.splitlines() if line.startswith("https://hub.test"))
        assert url in letter.html
        token = url.removeprefix("https://hub.test/admin/password/")
        assert one_time_links.look(tx, "password", token, hub.now()).subject_id == user.id


def test_nobody_is_written_to_when_the_account_is_gone(hub: Hub) -> None:
    with hub.db.write() as tx:
        letter = letters.password(
            tx, mail(99), site=hub.site(), signer=Signer(b"k" * 32), render=render
        )
    assert letter is None
