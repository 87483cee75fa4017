"""Silent readers: noticed, asked a fortnight later, erased 30 days after that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from hub.app import COMPOSERS, create_app
from hub.audience import membership, retention, retention_store, signup, store, suppression
from hub.audience.model import ConsentText, Preferences, Subscriber, Wish
from hub.audience.record import Event, Record
from hub.audience.transfer import insert
from hub.mail import queue
from hub.notices import store as notices
from hub.site import store as sites
from hub.times import to_text
from hub.web.mailing import renderer
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import tick

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONG_AGO = datetime(2020, 5, 4, 8, 0, tzinfo=UTC)
JUST = datetime(2023, 11, 22, 12, 0, tzinfo=UTC)  # 36 months before NOW, to the second
ASKED = NOW + 14 * DAY + HOUR
ERASED = ASKED + 30 * DAY + HOUR


def person(hub: Hub, name: str, at: datetime = LONG_AGO, *, status: str = "active") -> int:
    """Somebody who did nothing of their own since `at`; their id."""
    wish = Wish(f"{name}@reader.test", name.title(), "weekly", (), "en")
    with hub.db.write() as tx:
        found = membership.add(tx, wish, statement="at the fair", now=at)
        tx.execute("UPDATE subscribers SET status = :s WHERE id = :id", s=status, id=found.id)
    return found.id


def work(hub: Hub, now: datetime) -> retention.Round:
    with hub.db.write() as tx:
        return retention.work(tx, hub.site(), now)


def get(hub: Hub, number: int) -> Subscriber | None:
    with hub.db.read() as tx:
        return store.get(tx, number)


def outbox(hub: Hub) -> list[str]:
    """Mails to readers."""
    mails = [path.read_text() for path in sorted(hub.settings.outbox.glob("*.eml"))]
    return [mail for mail in mails if "\nTo: owner@hub.test" not in mail]


def put(hub: Hub, name: str, value: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, name, value)


def test_a_silent_reader_is_asked_once_and_erased(hub: Hub) -> None:
    ada = person(hub, "ada")
    assert work(hub, NOW).noticed == 1
    assert work(hub, NOW + 13 * DAY) == retention.Round(0, 0, ())
    assert work(hub, ASKED).asked == 1
    tick(hub, ASKED)
    (mail,) = outbox(hub)
    assert "To: ada@reader.test" in mail
    assert "List-Unsubscribe: <https://hub.test/unsubscribe/" in mail
    for days in (1, 29):
        assert work(hub, ASKED + days * DAY) == retention.Round(0, 0, ())
    assert work(hub, ERASED).erased == ("ada@reader.test",)
    assert get(hub, ada) is None
    with hub.db.read() as tx:
        assert suppression.reason(tx, "ada@reader.test") == "erased"


@pytest.mark.parametrize(
    ("at", "noticed"),
    [(JUST - DAY, 1), (JUST - timedelta(seconds=1), 0), (JUST, 0), (NOW - DAY, 0)],
)
def test_silence_is_counted_to_the_day(hub: Hub, at: datetime, noticed: int) -> None:
    person(hub, "ada", at)
    assert work(hub, NOW).noticed == noticed


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        ("2026-03-31T10:00", 1, "2026-02-28T10:00"),
        ("2028-03-31T10:00", 1, "2028-02-29T10:00"),
        ("2026-01-15T10:00", 13, "2024-12-15T10:00"),
        ("2026-12-01T10:00", 36, "2023-12-01T10:00"),
    ],
)
def test_months_are_those_of_the_calendar(now: str, months: int, then: str) -> None:
    assert retention.silent_before(datetime.fromisoformat(now), months).isoformat()[:16] == then


def test_acts_of_their_own_begin_the_time_anew(hub: Hub) -> None:
    people = {name: person(hub, name) for name in ("ada", "bea", "cy")}
    work(hub, NOW)
    with hub.db.write() as tx:
        chosen = Preferences("Ada", "monthly", (), "en", None)
        membership.save_preferences(tx, people["ada"], chosen, now=NOW)
        wish = Wish("BEA@reader.test", "", "weekly", (), "en")
        consent = ConsentText("Yes", "1", "en")
        signup.sign_up(tx, wish, consent, form_url="", network="n", now=NOW)
        membership.unsubscribe(tx, people["cy"], source="link", now=NOW)
    # Whoever types an address is not the one who reads its mail.
    assert work(hub, ASKED).asked == 1
    with hub.db.read() as tx:
        asked = tx.all(int, "SELECT id FROM subscribers WHERE asked_at IS NOT NULL")
    assert asked == [people["bea"]]


def test_mail_that_is_accepted_or_not_is_no_sign_of_life(hub: Hub) -> None:
    ada = person(hub, "ada")
    with hub.db.write() as tx:
        membership.bounce(tx, [ada], now=NOW)
    assert work(hub, NOW).noticed == 1


def test_who_came_with_a_list_counts_from_the_consent(hub: Hub) -> None:
    def record(name: str, confirmed: datetime | None, event: Event | None = None) -> Record:
        at = to_text(confirmed) if confirmed else None
        events = (event,) if event else ()
        return Record(
            *(f"{name}@reader.test", "", "active", "weekly", None, (), "en", "import"),
            *(to_text(NOW), at, None, events),
        )

    stayed = Event("confirmed", to_text(NOW - DAY), "Yes", "1", "en", "", "stay")
    brought = Event("imported", to_text(LONG_AGO), "the fair", "1", "en", "", "import")
    records = {
        "ada@reader.test": record("ada", LONG_AGO),
        "bea@reader.test": record("bea", None, brought),
        "cy@reader.test": record("cy", LONG_AGO, stayed),
    }
    with hub.db.write() as tx:
        insert(tx, records, now=NOW)
    assert work(hub, NOW).noticed == 1
    with hub.db.read() as tx:
        silent = tx.all(str, "SELECT email FROM subscribers WHERE noticed_at IS NOT NULL")
    assert silent == ["ada@reader.test"]


def test_an_import_mails_nobody_for_a_fortnight(hub: Hub) -> None:
    person(hub, "ada")
    for hours in range(0, 14 * 24, 12):
        work(hub, NOW + hours * HOUR)
    tick(hub, NOW + 13 * DAY)
    assert outbox(hub) == []


def test_a_long_list_is_asked_in_small_numbers(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ASKED_AT_ONCE", 3)
    for number in range(8):
        person(hub, f"reader{number}")
    gone = person(hub, "zoe", status="unsubscribed")
    assert work(hub, NOW).noticed == 9
    # One round an hour, whichever process it is in.
    assert [work(hub, ASKED + n * HOUR).asked for n in (0, 0.5, 1, 2, 3)] == [3, 0, 3, 2, 0]
    # Who gets no mail is not asked.
    with hub.db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM mails WHERE subject_id = :id", id=gone) == 0


@pytest.mark.parametrize("status", ["unsubscribed", "bounced", "complained", "waiting"])
def test_who_gets_no_mail_is_erased_after_the_same_time(hub: Hub, status: str) -> None:
    ada = person(hub, "ada", status=status)
    work(hub, NOW)
    assert work(hub, ASKED).asked == 0
    assert work(hub, ERASED).erased == ("ada@reader.test",)
    with hub.db.read() as tx:
        kept = status if status in ("bounced", "complained") else "erased"
        assert suppression.reason(tx, "ada@reader.test") == kept
    assert get(hub, ada) is None


def test_zero_months_stop_it_also_for_who_was_asked(hub: Hub) -> None:
    ada = person(hub, "ada")
    work(hub, NOW)
    work(hub, ASKED)
    put(hub, "retention_months", "0")
    tick(hub, ASKED)
    assert outbox(hub) == []
    work(hub, ERASED)
    put(hub, "retention_months", "36")
    assert work(hub, ERASED + 2 * HOUR) == retention.Round(1, 0, ())
    assert get(hub, ada) is not None


def test_nobody_is_erased_whose_question_did_not_leave(hub: Hub) -> None:
    ada = person(hub, "ada")
    work(hub, NOW)
    work(hub, ASKED)
    # The hub was off, and the mail waits still.
    assert work(hub, ERASED).erased == ()
    with hub.db.write() as tx:
        (mail,) = queue.claim(tx, 1, now=ERASED, limit=9)
        given_up = "given up after 48 hours: the relay is away"
        queue.record(tx, 1, mail.id, state="failed", reply=given_up, due_at=ERASED, now=ERASED)
    # Nor when the relay was away for two days: it is asked anew.
    assert work(hub, ERASED + HOUR) == retention.Round(0, 1, ())
    assert get(hub, ada) is not None


def test_the_owner_is_told_of_the_week(hub: Hub) -> None:
    person(hub, "ada")
    person(hub, "bea")
    work(hub, NOW)  # a Sunday
    work(hub, NOW + DAY)
    work(hub, NOW + DAY + HOUR)
    with hub.db.read() as tx:
        (notice,) = notices.page(tx, after=None, limit=9)
    assert (notice.kind, notice.facts.noticed, notice.facts.asked) == ("retention", 2, 0)


@pytest.fixture
def asked(hub: Hub) -> tuple[TestClient, int, str]:
    """Ada, who was asked; a browser, her id and the path of her link."""
    ada = person(hub, "ada")
    work(hub, NOW)
    work(hub, ASKED)
    client = TestClient(create_app(replace(hub, now=lambda: ASKED)), base_url="https://hub.test")
    return client, ada, "/stay/" + hub.signer.sign("stay", ada)


def test_one_press_stays_and_is_in_the_log(hub: Hub, asked: tuple[TestClient, int, str]) -> None:
    client, ada, path = asked
    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    with hub.db.read() as tx:
        assert retention_store.is_asked(tx, ada)
    for _ in range(2):
        assert "You stay" in client.post(path).text
    with hub.db.read() as tx:
        log = store.consent_log(tx, ada)
    assert [(line.kind, line.source) for line in log] == [("added", "owner"), ("confirmed", "stay")]
    assert log[1].text == "Yes, I still want Harbour Notes."
    assert work(hub, ERASED).erased == ()
    with hub.db.read() as tx:
        figures = retention_store.figures(tx, NOW.date(), ERASED.date())
    assert figures == retention_store.Figures(1, 1, 1, 0)


def test_an_answer_makes_the_mail_needless(hub: Hub, asked: tuple[TestClient, int, str]) -> None:
    client, _, path = asked
    client.post(path)
    tick(hub, ASKED)
    assert outbox(hub) == []


def test_a_link_brings_nobody_back(hub: Hub, asked: tuple[TestClient, int, str]) -> None:
    client, ada, path = asked
    with hub.db.write() as tx:
        membership.unsubscribe(tx, ada, source="link", now=ASKED)
    assert "You stay" not in client.post(path).text
    left = get(hub, ada)
    assert left is not None
    assert left.status == "unsubscribed"
    with hub.db.write() as tx:
        membership.erase(tx, left, now=ASKED)
    assert client.get(path).status_code == client.post(path).status_code == 200
    assert get(hub, ada) is None
    assert client.get("/stay/broken").status_code == 404
    assert client.post("/stay/" + hub.signer.sign("confirm", ada)).status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("en", "One press, and you stay"), ("fr", "Oui, je reste")]
)
def test_the_mail_speaks_the_language_of_its_reader(hub: Hub, language: str, words: str) -> None:
    ada = person(hub, "ada")
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET language = :l WHERE id = :id", l=language, id=ada)
    work(hub, NOW)
    work(hub, ASKED)
    with hub.db.write() as tx:
        (mail,) = queue.claim(tx, 1, now=ASKED, limit=9)
    assert mail.language == language
    site = hub.site()
    with hub.db.read() as tx:
        letter = COMPOSERS["stay"](
            tx, mail, site=site, signer=hub.signer, render=renderer(site, hub.settings)
        )
    assert letter is not None
    assert words in letter.html
    link = "https://hub.test/stay/" + hub.signer.sign("stay", ada)
    assert link in letter.text
    assert link in letter.html
