"""What the owner writes for the next edition goes out with that one, and with no other."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content.rendering import Rendered
from hub.errors import Conflict, Refused
from hub.newsletter import composing, intros, planning, previewing, steering, undoing
from hub.newsletter.intros import Intro
from hub.newsletter.model import Edition
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import (
    all_editions,
    newest,
    outbox,
    parsed,
    press,
    publish,
    subscribe,
    tick,
)

SATURDAY = NOW + timedelta(days=6)


@pytest.fixture
def reader(hub: Hub) -> None:
    subscribe(hub, "eve@mail.test")


def write(
    hub: Hub, text: str = "Dear *all*", stream: str = "weekly", subject: str = "", **more: str
) -> None:
    with hub.db.write() as tx:
        old = intros.coming(tx, stream)
        intros.write(
            tx,
            stream,
            subject=subject,
            markdown=text,
            language=more.get("language", ""),
            rendered=Rendered(f"<p>{text}</p>", "", "", 1, (), (), ()),
            seen=old.written_at if old else None,
            now=NOW,
        )


def waits(hub: Hub, stream: str = "weekly") -> str:
    with hub.db.read() as tx:
        found = intros.coming(tx, stream)
    return found.markdown if found else ""


def of(hub: Hub, edition: Edition) -> Intro | None:
    with hub.db.read() as tx:
        return intros.of_edition(tx, edition.id)


def send_now(hub: Hub, stream: str = "weekly") -> Edition:
    with hub.db.write() as tx:
        return planning.send_now(tx, press(hub), stream, NOW, starts_at=NOW + undoing.UNDO)[0]


def test_the_worker_sends_it_in_both_parts_and_once(hub: Hub, reader: None) -> None:
    write(hub, subject="From the quay")
    publish(hub, "Ropes")
    tick(hub, SATURDAY)
    publish(hub, "Knots", at=SATURDAY)
    tick(hub, SATURDAY + timedelta(days=7))
    first, second = (parsed(raw) for raw in outbox(hub))
    for kind in ("plain", "html"):
        part = first.get_body((kind,))
        assert part is not None
        assert "Dear *all*" in part.get_content()
        other = second.get_body((kind,))
        assert other is not None
        assert "Dear *all*" not in other.get_content()
    assert (first["subject"], second["subject"]) == ("From the quay", "Knots")
    made = [edition.subject for edition in all_editions(hub) if edition.stream == "weekly"]
    assert made == ["Knots", "From the quay"]


def test_what_is_sent_at_once_takes_it_too(hub: Hub, reader: None) -> None:
    write(hub)
    publish(hub, "Ropes")
    edition = send_now(hub)
    assert waits(hub) == ""
    taken = of(hub, edition)
    assert taken is not None
    assert taken.markdown == "Dear *all*"


def test_each_stream_has_its_own(hub: Hub, reader: None) -> None:
    write(hub)
    write(hub, "Once a month", "monthly")
    publish(hub, "Ropes")
    send_now(hub)
    assert waits(hub, "monthly") == "Once a month"


@pytest.mark.parametrize("articles", [0, 1])
def test_a_period_that_is_skipped_leaves_it_for_the_next(hub: Hub, articles: int) -> None:
    write(hub)
    for number in range(articles):
        publish(hub, f"Article {number}")
    tick(hub, SATURDAY)
    assert newest(hub).status == "skipped"
    assert waits(hub) == "Dear *all*"


def test_when_its_mail_cannot_be_made_it_waits(
    hub: Hub, reader: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(hub)
    publish(hub, "Ropes")

    def refuse(*_: object, **__: object) -> None:
        raise Refused("no")

    monkeypatch.setattr(composing, "template", refuse)
    with pytest.raises(Refused), hub.db.write() as tx:
        planning.send_now(tx, press(hub), "weekly", NOW)
    assert all_editions(hub) == []
    assert waits(hub) == "Dear *all*"


def test_undone_it_waits_again_with_what_was_written_since(hub: Hub, reader: None) -> None:
    write(hub, "First", subject="Old")
    publish(hub, "Ropes")
    edition = send_now(hub)
    write(hub, "Second")
    with hub.db.write() as tx:
        undoing.undo(tx, edition.id, by="Ada", now=NOW)
    assert waits(hub) == "First\n\nSecond"
    with hub.db.read() as tx:
        found = intros.coming(tx, "weekly")
    assert found is not None
    assert (found.subject, found.html) == ("Old", "<p>First</p>\n<p>Second</p>")


def test_cancelled_before_anything_left_it_waits_again(hub: Hub, reader: None) -> None:
    write(hub)
    publish(hub, "Ropes")
    edition = send_now(hub)
    with hub.db.write() as tx:
        steering.cancel(tx, edition.id, now=NOW)
    assert (waits(hub), of(hub, edition)) == ("Dear *all*", None)


def test_a_page_that_was_left_open_repeats_nothing(hub: Hub, reader: None) -> None:
    write(hub)
    with hub.db.read() as tx:
        seen = intros.coming(tx, "weekly")
    assert seen is not None
    publish(hub, "Ropes")
    send_now(hub)
    rendered = Rendered("<p>x</p>", "", "", 1, (), (), ())
    with pytest.raises(Conflict, match="An edition was made"), hub.db.write() as tx:
        intros.write(
            tx,
            "weekly",
            subject="",
            markdown="Dear *all*",
            language="",
            rendered=rendered,
            seen=seen.written_at,
            now=NOW,
        )
    assert waits(hub) == ""


def test_an_empty_one_is_none(hub: Hub) -> None:
    write(hub)
    write(hub, " \n ")
    with hub.db.read() as tx:
        assert intros.coming(tx, "weekly") is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (("x" * 151, "", ""), "subject"),
        (("", "x" * 20_001, ""), "markdown"),
        (("", "", "tlh"), "language"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(
    typed: tuple[str, str, str], field: str
) -> None:
    assert [refused.field for refused in intros.check(*typed)] == [field]


def test_it_is_in_the_language_it_was_written_in(hub: Hub, reader: None) -> None:
    write(hub, "Bonjour", language="fr")
    publish(hub, "Ropes")
    with hub.db.read() as tx:
        digest = previewing.preview(tx, press(hub), "weekly", language="en", now=NOW)
    assert 'lang="fr"' in digest.html
    assert "Bonjour" in digest.text
    assert "new article" not in digest.text


def test_its_page_on_the_site_shows_it(hub: Hub, reader: None) -> None:
    write(hub)
    publish(hub, "Ropes")
    tick(hub, SATURDAY)
    client = TestClient(create_app(hub), base_url="https://hub.test")
    assert "<p>Dear *all*</p>" in client.get(f"/newsletter/{newest(hub).id}").text
