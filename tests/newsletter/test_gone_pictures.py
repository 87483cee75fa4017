"""Pictures that are not on the disk any more: the mail says what they showed, the owner is told."""

from pathlib import Path

import pytest

from hub.newsletter import editions, gone_pictures, letter_mail, planning, previewing
from hub.newsletter import letters as hand_letters
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import keep_letter, newest, press, publish, subscribe

LOST = '<p>Before <img src="/media/ab/lost.jpg" alt="The old quay" width="9" height="9"> after.</p>'


def lose(hub: Hub, post_id: int) -> None:
    """Give a post a cover and a picture whose files are gone."""
    with hub.db.write() as tx:
        tx.execute(
            "INSERT INTO media (path, sha256, content_type, bytes, width, height, created_at)"
            " VALUES ('ab/cover.jpg', '', 'image/jpeg', 1, 800, 400, :now)",
            now=NOW,
        )
        tx.execute(
            "UPDATE posts SET cover = '/media/ab/cover.jpg', cover_alt = 'A boat', html = :html"
            " WHERE id = :id",
            html=LOST,
            id=post_id,
        )


def test_a_preview_says_which_are_gone(hub: Hub) -> None:
    lose(hub, publish(hub, "The quay", newsletter="digest+each"))
    with hub.db.read() as tx:
        digest = previewing.preview(tx, press(hub), "each", language="en", now=NOW)
    assert "/media/" not in digest.html
    assert "The old quay" in digest.html
    assert "The old quay" in digest.text
    (said,) = digest.said("en")
    assert said.endswith("goes without: ab/cover.jpg, ab/lost.jpg.")


def test_an_edition_leaves_without_them(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    lose(hub, publish(hub, "The quay"))
    subscribe(hub, "ada@reader.test")
    with hub.db.write() as tx:
        planning.send_now(tx, press(hub), "weekly", NOW)
    with hub.db.read() as tx:
        mails = editions.mails(tx, newest(hub).id)
    assert b"/media/" not in b"".join(mails.values())
    assert "ab/cover.jpg" in caplog.text


def test_a_letter_leaves_without_them(hub: Hub) -> None:
    letter_id = keep_letter(hub)
    with hub.db.write() as tx:
        tx.execute("UPDATE letters SET html = :html WHERE id = :id", html=LOST, id=letter_id)
        letter = hand_letters.find(tx, letter_id)
    mail = letter_mail.preview(letter, press(hub), language="en", now=NOW)
    assert "Before The old quay after." in mail.text
    assert mail.said("fr")
    assert "/media/" not in mail.html


def test_those_on_the_disk_stay(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "lost.jpg").touch()
    assert gone_pictures.out_of(LOST, tmp_path) == (LOST, ())
