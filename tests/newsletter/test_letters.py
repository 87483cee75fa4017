"""Letters written by hand: once, to those they are for, when they are due."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience import segments, store
from hub.audience.segments import Segment
from hub.content.rendering import Rendered
from hub.errors import Conflict, Refused
from hub.newsletter import due, editions, letter_mail, letter_store, letters, planning, steering
from hub.newsletter.letter_model import Draft, HandLetter
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import (
    all_editions,
    counts,
    keep_letter,
    newest,
    outbox,
    parsed,
    press,
    send_letter,
    subscribe,
    tick,
)

HOUR = timedelta(hours=1)


def letter(hub: Hub, letter_id: int) -> HandLetter:
    with hub.db.read() as tx:
        return letters.find(tx, letter_id)


def schedule(hub: Hub, letter_id: int, at: timedelta = HOUR) -> None:
    with hub.db.write() as tx:
        letters.schedule(tx, letter_id, NOW + at, now=NOW)


def test_a_letter_goes_to_every_active_reader_whatever_they_chose(hub: Hub) -> None:
    for cadence in ("weekly", "monthly", "each"):
        subscribe(hub, f"{cadence}@mail.test", cadence=cadence)
    subscribe(hub, "gone@mail.test", status="unsubscribed")
    subscribe(hub, "paused@mail.test", paused_until=NOW + HOUR)
    subscribe(hub, "later@mail.test", at=NOW + HOUR)
    edition_id = send_letter(hub)
    assert counts(hub, edition_id).queued == 3
    tick(hub)
    assert newest(hub).status == "sent"
    assert sorted(parsed(raw)["To"] for raw in outbox(hub)) == [
        "each@mail.test",
        "monthly@mail.test",
        "weekly@mail.test",
    ]


def test_a_letter_goes_to_its_segment_in_pieces(hub: Hub) -> None:
    with hub.db.write() as tx:
        segment_id = segments.add(tx, "French", Segment(language="fr"), now=NOW)
    for number in range(9):
        subscribe(hub, f"r{number}@mail.test", language="fr" if number % 3 == 0 else "en")
    letter_id = keep_letter(hub, audience="segment", segment_id=segment_id)
    with hub.db.write() as tx:
        edition = letters.send(tx, press(hub), letter_id, NOW)
        # What the segment becomes afterwards is not whom this went to.
        segments.change(tx, segment_id, "French", Segment(language="en"))
    queued = []
    while newest(hub).status == "planned":
        with hub.db.write() as tx:
            queued.append(planning.queue(tx, edition.id, NOW, limit=4))
    assert queued == [2, 1, 0, 0]
    assert counts(hub, edition.id).queued == 3


def test_a_letter_goes_to_readers_of_its_topics(hub: Hub) -> None:
    for number, topics in enumerate((("sea",), ("rope",), (), ("sea", "rope"))):
        reader = subscribe(hub, f"r{number}@mail.test")
        with hub.db.write() as tx:
            store.set_topics(tx, reader, topics)
    assert counts(hub, send_letter(hub, audience="topics", topics="Sea")).queued == 2


def test_a_letter_is_sent_once(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    letter_id = keep_letter(hub)
    schedule(hub, letter_id)
    with hub.db.write() as tx:
        letters.send(tx, press(hub), letter_id, NOW)
        for again in (
            lambda: letters.send(tx, press(hub), letter_id, NOW),
            lambda: letters.schedule(tx, letter_id, NOW + HOUR, now=NOW),
            lambda: letters.unschedule(tx, letter_id),
            lambda: letters.delete(tx, letter_id),
        ):
            with pytest.raises(Conflict, match="has been sent"):
                again()
    tick(hub, NOW + 2 * HOUR)
    assert len([e for e in all_editions(hub) if e.stream == "letter"]) == 1


def test_a_scheduled_letter_goes_out_when_it_is_due(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    letter_id = keep_letter(hub)
    schedule(hub, letter_id)
    tick(hub, NOW + HOUR - timedelta(seconds=1))
    assert all_editions(hub) == []
    tick(hub, NOW + HOUR)
    tick(hub, NOW + 2 * HOUR)
    (edition,) = all_editions(hub)
    assert (edition.stream, edition.status, edition.subject) == ("letter", "sent", "A word")
    assert letter(hub, letter_id).edition_id == edition.id


def test_a_letter_that_was_due_during_an_outage_goes_out_after_it(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    schedule(hub, keep_letter(hub))
    tick(hub, NOW + timedelta(days=2))
    assert [e.status for e in all_editions(hub) if e.stream == "letter"] == ["sent"]


def test_two_schedulers_make_one_edition_of_a_letter(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    schedule(hub, keep_letter(hub))
    made = []
    for _ in range(2):
        with hub.db.write() as tx:
            made.append(due.plan_due(tx, press(hub), NOW + HOUR))
    assert [edition is not None for edition in made] == [True, False]


def test_a_letter_that_nobody_would_get_is_a_draft_again_with_the_reason(hub: Hub) -> None:
    letter_id = keep_letter(hub)
    schedule(hub, letter_id)
    tick(hub, NOW + HOUR)
    found = letter(hub, letter_id)
    assert (found.status, found.problem, found.send_at) == ("draft", "no readers", None)
    assert all_editions(hub) == []
    with hub.db.write() as tx, pytest.raises(Refused, match="nobody to send to"):
        letters.send(tx, press(hub), letter_id, NOW)


def test_a_letter_that_cannot_be_made_holds_up_nothing_else(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(hub, "a@mail.test")
    bad, good = keep_letter(hub, subject="Bad"), keep_letter(hub, subject="Good")
    schedule(hub, bad)
    schedule(hub, good, 2 * HOUR)
    compose = letter_mail.compose

    def refusing(*arguments: object, **named: object) -> object:
        assert isinstance(arguments[1], HandLetter)
        if arguments[1].id == bad:
            raise Refused("no")
        return compose(*arguments, **named)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(letter_mail, "compose", refusing)
    tick(hub, NOW + 3 * HOUR)
    assert [e.subject for e in all_editions(hub)] == ["Good"]
    assert letter(hub, bad).status == "scheduled"


def test_a_past_time_and_an_empty_letter_are_refused(hub: Hub) -> None:
    empty = keep_letter(hub)
    with hub.db.write() as tx:
        tx.execute("UPDATE letters SET html = ' '")
        with pytest.raises(Refused, match="no text yet"):
            letters.schedule(tx, empty, NOW + HOUR, now=NOW)
    other = keep_letter(hub)
    with hub.db.write() as tx, pytest.raises(Refused, match="past"):
        letters.schedule(tx, other, NOW, now=NOW)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"subject": " \n"}, "subject"),
        ({"subject": "x" * 151}, "subject"),
        ({"preheader": "x" * 201}, "preheader"),
        ({"language": "de"}, "language"),
        ({"audience": "some"}, "audience"),
        ({"audience": "topics", "topics": " , "}, "topics"),
        ({"audience": "segment"}, "segment"),
        ({"on_site": "perhaps"}, "on_site"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(
    hub: Hub, typed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        keep_letter(hub, **typed)
    assert refused.value.field == field


def test_control_characters_leave_a_subject(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    send_letter(hub, subject="A word\r\nBcc: all@mail.test")
    tick(hub)
    assert parsed(outbox(hub)[0])["Subject"] == "A word Bcc: all@mail.test"


def test_each_reader_gets_the_frame_in_their_language_and_the_letter_in_its_own(hub: Hub) -> None:
    subscribe(hub, "a@mail.test", language="fr")
    send_letter(hub, markdown="We moved.", language="en", preheader="New rooms")
    tick(hub)
    mail = parsed(outbox(hub)[0])
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]  # it has both
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # as above
    assert '<html lang="fr"' in html
    assert 'lang="en"' in html
    assert "Se désabonner" in text
    assert "We moved." in text
    assert "New rooms" in html
    assert mail["List-Id"] == "<letter.newsletter.hub.test>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_pictures_and_links_of_a_letter_are_absolute(hub: Hub) -> None:
    letter_id = keep_letter(hub)
    (hub.settings.media / "aa").mkdir(parents=True)
    (hub.settings.media / "aa" / "b.png").touch()
    with hub.db.write() as tx:
        tx.execute(
            "UPDATE letters SET html = :html",
            html='<p><a href="/posts/a">there</a> <img src="/media/aa/b.png" alt="x"></p>',
        )
    mail = letter_mail.preview(letter(hub, letter_id), press(hub), language="en", now=NOW)
    assert 'href="https://hub.test/posts/a"' in mail.html
    assert 'src="https://hub.test/media/aa/b.png' in mail.html
    assert "https://hub.test/posts/a" in mail.text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({}, True),
        ({"on_site": "no"}, False),
        ({"audience": "topics", "topics": "sea"}, False),
        ({"audience": "topics", "topics": "sea", "on_site": "yes"}, True),
    ],
)
def test_what_goes_to_everybody_is_shown_to_everybody(
    hub: Hub, typed: dict[str, Any], shown: bool
) -> None:
    reader = subscribe(hub, "a@mail.test")
    with hub.db.write() as tx:
        store.set_topics(tx, reader, ("sea",))
    edition_id = send_letter(hub, markdown="We moved house.", **typed)
    tick(hub)
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        page = client.get(f"/newsletter/{edition_id}")
        overview = client.get("/newsletter").text
    assert (page.status_code == 200, "We moved house." in page.text) == (shown, shown)
    assert "/unsubscribe/" not in page.text
    assert (f"/newsletter/{edition_id}" in overview) is shown
    assert (b"Read in the browser" in outbox(hub)[0]) is shown


def test_cancelled_before_it_left_a_letter_is_a_draft_again(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    send_letter(hub)
    with hub.db.write() as tx:
        steering.cancel(tx, newest(hub).id, now=NOW)
        (line,) = letter_store.unsent(tx, limit=9)
    assert (line.status, newest(hub).status) == ("draft", "cancelled")
    assert "the letter is a draft again" in newest(hub).reason
    with hub.db.write() as tx:
        again = letters.send(tx, press(hub), line.id, NOW + HOUR)
    with hub.db.read() as tx:
        assert editions.get(tx, again.id) == again


def test_a_version_that_somebody_saved_meanwhile_is_not_lost(hub: Hub) -> None:
    letter_id = keep_letter(hub)
    old = letter(hub, letter_id)
    with hub.db.write() as tx:
        draft = Draft("Mine", "We moved.")
        rendered = Rendered("<p>We moved.</p>", "", "", 1, (), (), ())
        letters.change(tx, letter_id, draft, rendered, seen=old.updated_at, now=NOW + HOUR)
        with pytest.raises(Conflict, match="meanwhile"):
            letters.change(tx, letter_id, draft, rendered, seen=old.updated_at, now=NOW + HOUR)


def test_a_broken_sender_is_told_and_the_letter_goes_out_when_it_is_mended(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    letter_id = keep_letter(hub)
    schedule(hub, letter_id)
    with hub.db.write() as tx:
        tx.execute(
            "INSERT INTO settings (name, value) VALUES ('timezone', 'Mars/Olympus')"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        )
    tick(hub, NOW + HOUR)
    assert all_editions(hub) == []
    with hub.db.write() as tx:
        assert "Mars/Olympus" in str(tx.scalar("SELECT reason FROM troubles"))
        sites.put(tx, "timezone", "Europe/Paris")
    tick(hub, NOW + HOUR)
    assert newest(hub).stream == "letter"
