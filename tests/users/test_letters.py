"""The mail with the password link carries a link that works."""

from hub.db import Transaction
from hub.mail.model import Letter, QueuedMail
from hub.users import accounts, letters, one_time_links, store
from hub.web import mailing
from hub.web.state import Hub
from tests.conftest import NOW


def ask(hub: Hub, tx: Transaction) -> QueuedMail:
    """Somebody asks for a new password; the mail as the worker takes it up."""
    user = accounts.create(
        tx, email="ada@hub.test", name="", role="owner", password_hash=None, now=NOW
    )
    letters.ask(tx, user, language="en", signer=hub.signer, now=NOW)
    mail = tx.one(QueuedMail, "SELECT * FROM mails")
    assert mail is not None
    return mail


def write(hub: Hub, tx: Transaction, mail: QueuedMail) -> Letter | None:
    site = hub.site()
    render = mailing.renderer(site, hub.settings)
    return letters.password(tx, mail, site=site, signer=hub.signer, render=render)


def token_in(letter: Letter | None) -> str:
    assert letter is not None
    start = "https://hub.test/admin/password/"
    (url,) = [line for line in letter.text.splitlines() if line.startswith(start)]
    assert url in letter.html
    return url.removeprefix(start)


def test_text_and_html_carry_the_same_working_link(hub: Hub) -> None:
    with hub.db.write() as tx:
        mail = ask(hub, tx)
        token = token_in(write(hub, tx, mail))
        assert one_time_links.look(tx, "password", token, NOW).subject_id == mail.subject_id


def test_a_mail_that_is_written_again_carries_the_same_link(hub: Hub) -> None:
    with hub.db.write() as tx:
        mail = ask(hub, tx)
        assert token_in(write(hub, tx, mail)) == token_in(write(hub, tx, mail))


def test_nobody_is_written_to_when_the_account_is_gone(hub: Hub) -> None:
    with hub.db.write() as tx:
        mail = ask(hub, tx)
        store.delete(tx, mail.subject_id)
        assert write(hub, tx, mail) is None


def test_a_mail_whose_link_was_used_is_not_written(hub: Hub) -> None:
    with hub.db.write() as tx:
        mail = ask(hub, tx)
        one_time_links.use(tx, "password", token_in(write(hub, tx, mail)), NOW)
        assert write(hub, tx, mail) is None
