"""What follows from what came back: the same rule for every way in, once, and for nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.addresses import key
from hub.audience import membership, signup, store, suppression
from hub.audience.consent import consent_text
from hub.audience.model import Wish
from hub.errors import Conflict, Refused
from hub.mail import queue
from hub.newsletter import bouncing, slots
from hub.newsletter.returns import figures_store, lifting
from hub.newsletter.returns import store as returned
from hub.newsletter.returns.model import Kind, Report
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import (
    newest,
    send_out,
    send_to,
    sending_edition,
    status_of,
    subscribe,
)
from tests.newsletter.returns.cast import (
    DAY,
    bounced,
    evidence,
    mailed,
    sent,
    take,
)

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


def suppressed(hub: Hub, name: str = "ada") -> str | None:
    with hub.db.read() as tx:
        return suppression.reason(tx, key(f"{name}@mail.test"))


@pytest.mark.parametrize(
    ("code", "status", "text", "expected"),
    [
        (550, "5.1.1", "no such user", "hard"),
        (0, "5.1.1", "", "hard"),
        (550, "", "550 5.1.1 no such user", "hard"),
        (0, "", "", "soft"),
        (550, "4.4.1", "connection timed out", "soft"),
        (552, "5.2.2", "full", "soft"),
        (552, "", "552 mailbox is over quota", "soft"),
        (552, "", "552 message too large", "message"),
        (450, "", "try later", "soft"),
        (550, "5.7.1", "spam", "sender"),
        (0, "5.3.4", "", "message"),
    ],
)
def test_one_rule_for_what_every_way_says(
    code: int, status: str, text: str, expected: Kind
) -> None:
    assert bouncing.kind(code, status, text) == expected


def test_a_dead_address_is_bounced_and_suppressed_with_its_evidence(hub: Hub) -> None:
    edition, reader = mailed(hub)
    assert take(hub, bounced(hub, edition, reader)) == "followed"
    assert (status_of(hub, "ada"), suppressed(hub)) == ("bounced", "bounced")
    (event,) = evidence(hub, reader)
    assert (event.edition_id, event.kind, event.code) == (edition, "hard", "550 5.1.1")
    assert (event.text, event.source, event.at) == ("5.1.1 told so", "dsn", NOW + DAY)


def test_a_repeat_is_folded(hub: Hub) -> None:
    edition, reader = mailed(hub)
    report = bounced(hub, edition, reader)
    assert [take(hub, report), take(hub, report)] == ["followed", "repeated"]
    assert len(evidence(hub, reader)) == 1


def test_whom_an_edition_did_not_reach_counts_once_however_often_it_was_sent(hub: Hub) -> None:
    edition, reader = mailed(hub)
    with hub.db.write() as tx:
        for number, kind in enumerate(("soft", "hard", "complaint", "complaint")):
            assert returned.add(
                tx,
                event_id=f"try {number}",
                subscriber_id=reader,
                edition_id=edition,
                kind=kind,
                code="550",
                text="",
                source="smtp",
                now=NOW,
            )
    with hub.db.read() as tx:
        day = str(NOW.date())
        counted = {one.kind: one.mails for one in figures_store.by_day(tx, since=day, until=day)}
        assert counted == {"soft": 1, "complaint": 1}
        assert figures_store.domains(tx) == [("mail.test", 1)]
        assert returned.counts(tx, edition) == counted
    assert len(evidence(hub, reader)) == 4


@pytest.mark.parametrize(
    "report",
    [
        Report("dsn", "1", status="5.1.1", paths=("bounces+" + "a" * 32 + "@hub.test",)),
        Report("dsn", "1", status="5.1.1", paths=("ada@mail.test", "")),
        Report("arf", "1", complaint=True, link="A" * 32, edition=1),
        Report("dsn", "1", status="5.1.1"),
    ],
)
def test_a_forged_report_changes_nothing(hub: Hub, report: Report) -> None:
    _, reader = mailed(hub)
    assert take(hub, report) == "nobody"
    assert (status_of(hub, "ada"), evidence(hub, reader)) == ("active", [])


def test_a_link_of_another_purpose_proves_nothing(hub: Hub) -> None:
    _, reader = mailed(hub)
    link = hub.signer.sign("preferences", reader)
    assert take(hub, Report("arf", "1", complaint=True, link=link)) == "nobody"


def test_a_report_about_who_was_erased_is_known_as_ours(hub: Hub) -> None:
    edition, reader = mailed(hub)
    with hub.db.write() as tx:
        membership.erase(tx, membership.by_address(tx, "ada@mail.test"), now=NOW)
    assert take(hub, bounced(hub, edition, reader)) == "gone"


def test_the_unsubscribe_link_in_the_mail_that_came_back_proves_it_too(hub: Hub) -> None:
    edition, reader = mailed(hub)
    link = hub.signer.sign("unsubscribe", reader)
    report = Report("dsn", "1", status="5.1.1", link=link, edition=edition)
    assert take(hub, report) == "followed"
    assert evidence(hub, reader)[0].edition_id == edition


def test_a_named_edition_that_never_went_there_is_not_believed(hub: Hub) -> None:
    _, reader = mailed(hub)
    link = hub.signer.sign("unsubscribe", reader)
    take(hub, Report("dsn", "1", status="5.1.1", link=link, edition=999))
    assert evidence(hub, reader)[0].edition_id is None


def test_three_soft_reports_over_fifteen_days_are_enough(hub: Hub) -> None:
    reader = subscribe(hub, "ada@mail.test")
    seen = []
    for week in range(4):
        at = NOW + week * 7 * DAY
        edition = sent(hub, at=at)
        take(hub, bounced(hub, edition, reader, "5.2.2"), now=at + DAY)
        seen.append(status_of(hub, "ada"))
    assert seen == ["active", "active", "active", "bounced"]


def test_reports_that_come_after_later_editions_left_count_too(hub: Hub) -> None:
    """A server tries for five days; meanwhile the next editions are on their way."""
    reader = subscribe(hub, "ada@mail.test")
    editions = [sent(hub, at=NOW + 8 * week * DAY) for week in range(4)]
    late = NOW + 40 * DAY
    for edition in editions[:2]:
        take(hub, bounced(hub, edition, reader, "4.4.1"), now=late)
    assert status_of(hub, "ada") == "active"
    take(hub, bounced(hub, editions[2], reader, "4.4.1"), now=late)
    assert status_of(hub, "ada") == "bounced"


def test_many_reports_about_one_edition_are_one(hub: Hub) -> None:
    edition, reader = mailed(hub)
    for number in range(5):
        take(hub, bounced(hub, edition, reader, "4.2.1", number), now=NOW + number * 10 * DAY)
    assert status_of(hub, "ada") == "active"


def test_what_arrived_between_breaks_the_row(hub: Hub) -> None:
    reader = subscribe(hub, "ada@mail.test")
    for week in range(5):
        at = NOW + week * 7 * DAY
        edition = sent(hub, at=at)
        if week != 2:
            take(hub, bounced(hub, edition, reader, "5.2.2"), now=at + DAY)
    assert status_of(hub, "ada") == "active"


def test_refused_at_once_and_come_back_later_count_together(hub: Hub) -> None:
    reader = subscribe(hub, "552-rcpt@mail.test")
    for week in range(2):
        at = NOW + week * 8 * DAY
        send_out(hub, at)
        send_to(hub, FaultServer(), at)
    at = NOW + 16 * DAY
    edition = sent(hub, at=at)
    assert status_of(hub, "552-rcpt") == "active"
    take(hub, bounced(hub, edition, reader, "5.2.2"), now=at)
    assert status_of(hub, "552-rcpt") == "bounced"
    assert [event.source for event in evidence(hub, reader)] == ["dsn", "smtp", "smtp"]


@pytest.mark.parametrize("status", ["5.7.1", "5.6.0", "5.5.2", "5.3.4"])
def test_what_is_no_fault_of_the_readers_never_counts(hub: Hub, status: str) -> None:
    reader = subscribe(hub, "ada@mail.test")
    for week in range(4):
        at = NOW + week * 10 * DAY
        take(hub, bounced(hub, sent(hub, at=at), reader, status), now=at)
    assert status_of(hub, "ada") == "active"


def test_an_edition_stops_when_much_of_it_blames_the_sender(hub: Hub) -> None:
    readers = [subscribe(hub, f"r{n}@mail.test") for n in range(12)]
    edition = sent(hub)
    with hub.db.write() as tx:
        tx.execute("UPDATE editions SET status = 'sending' WHERE id = :id", id=edition)
    for n in range(20):
        # One reader alone can stop nothing, however often.
        take(hub, bounced(hub, edition, readers[0], "5.7.1", n))
    for reader in readers[1:9]:
        take(hub, bounced(hub, edition, reader, "5.7.1"))
    assert newest(hub).status == "sending"
    take(hub, bounced(hub, edition, readers[9], "5.7.1"))
    assert newest(hub).status == "paused"
    assert newest(hub).reason.startswith("10 of 12 mails came back because of the sender: 5.7.1")


@pytest.mark.parametrize("status", ["active", "pending", "unsubscribed", "bounced"])
def test_a_complaint_ends_it_at_once(hub: Hub, status: str) -> None:
    edition, reader = mailed(hub)
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = :status", status=status)
    complaint = replace(bounced(hub, edition, reader), source="arf", complaint=True)
    assert take(hub, complaint) == "followed"
    assert (status_of(hub, "ada"), suppressed(hub)) == ("complained", "complained")
    with hub.db.read() as tx:
        log = [event.kind for event in store.consent_log(tx, reader)]
    assert log == (["unsubscribed"] if status in ("active", "pending") else [])
    # A bounce that follows does not make it less.
    take(hub, bounced(hub, edition, reader, number=2))
    assert (status_of(hub, "ada"), suppressed(hub)) == ("complained", "complained")


def test_a_letter_that_came_back_is_shown_and_changes_nothing(hub: Hub) -> None:
    text = consent_text(hub.site(), "en")
    with hub.db.write() as tx:
        wish = Wish("ada@mail.test", "", "weekly", (), "en")
        signup.sign_up(tx, wish, text, form_url="", network="n", now=NOW)
        reader = membership.by_address(tx, "ada@mail.test").id
        (mail,) = queue.claim(tx, 1, now=NOW, limit=5)
        other = queue.put(
            tx, kind="note", subject_id=1, recipient="a@b.test", language="en", now=NOW
        )
    assert take(hub, bounced(hub, 0, mail.id)) == "noted"
    assert take(hub, bounced(hub, 0, other)) == "gone"
    assert status_of(hub, "ada") == "pending"
    assert evidence(hub, reader)[0].edition_id is None


# By address, which only a provider that proved itself may name.


def told(**more: object) -> Report:
    report = Report("webhook:postmark", "1", status="5.1.1", address="Ada@MAIL.test")
    return replace(report, **more)  # type: ignore[arg-type]  # each test names its own fields


def test_a_provider_names_the_reader_by_address(hub: Hub) -> None:
    first, reader = mailed(hub)
    sent(hub, at=NOW + 7 * DAY)
    assert take(hub, told(at=NOW + DAY), now=NOW + 8 * DAY) == "followed"
    assert evidence(hub, reader)[0].edition_id == first


def test_the_message_id_names_the_edition(hub: Hub) -> None:
    first, reader = mailed(hub)
    sent(hub, at=NOW + 7 * DAY)
    identity = slots.identity(hub.signer, first, reader).decode()
    take(hub, told(message_id=f"<{identity}@hub.test>"), now=NOW + 8 * DAY)
    take(hub, told(event_id="2", message_id="<of another mail@x.test>"), now=NOW + 8 * DAY)
    assert [event.edition_id for event in evidence(hub, reader)] == [None, first]


@pytest.mark.parametrize("address", ["nobody@mail.test", "no address", "a@b@c", "\0"])
def test_an_address_that_is_not_on_the_list_is_nobodys(hub: Hub, address: str) -> None:
    mailed(hub)
    assert take(hub, told(address=address)) == "nobody"


# Coming back.


def test_who_bounced_comes_back_by_an_own_sign_up_that_they_confirm(hub: Hub) -> None:
    edition, reader = mailed(hub)
    take(hub, bounced(hub, edition, reader))
    later = NOW + 10 * DAY
    with hub.db.write() as tx:
        wish = Wish("ada@mail.test", "", "weekly", (), "en")
        signup.sign_up(
            tx, wish, consent_text(hub.site(), "en"), form_url="", network="n", now=later
        )
        (mail,) = queue.claim(tx, 1, now=later, limit=5)
    # Nothing goes there before the button is pressed.
    assert (status_of(hub, "ada"), suppressed(hub)) == ("bounced", "bounced")
    with hub.db.write() as tx:
        signup.confirm(tx, mail.subject_id, now=later)
    assert (status_of(hub, "ada"), suppressed(hub)) == ("active", None)
    # What was sent before says nothing of the address as it is now.
    take(hub, bounced(hub, edition, reader, number=2), now=later + DAY)
    assert status_of(hub, "ada") == "active"
    take(hub, bounced(hub, sent(hub, at=later + DAY), reader), now=later + DAY)
    assert status_of(hub, "ada") == "bounced"


def test_who_complained_gets_no_mail_by_a_sign_up(hub: Hub) -> None:
    edition, reader = mailed(hub)
    take(hub, replace(bounced(hub, edition, reader), complaint=True))
    with hub.db.write() as tx:
        wish = Wish("ada@mail.test", "", "weekly", (), "en")
        text = consent_text(hub.site(), "en")
        signup.sign_up(tx, wish, text, form_url="", network="n", now=NOW + DAY)
        assert queue.claim(tx, 1, now=NOW + DAY, limit=5) == []
        membership_ = membership.by_address(tx, "ada@mail.test")
        lifting.lift(tx, membership_, reason="wrote to me", now=NOW + DAY)
        # The owner only allows it: the reader asks and confirms.
        assert membership.by_address(tx, "ada@mail.test").status == "unsubscribed"
        signup.sign_up(tx, wish, text, form_url="", network="n", now=NOW + DAY)
        assert len(queue.claim(tx, 1, now=NOW + DAY, limit=5)) == 1


def test_the_owner_lets_somebody_in_again_and_says_why(hub: Hub) -> None:
    edition, reader = mailed(hub)
    take(hub, bounced(hub, edition, reader))
    with hub.db.write() as tx:
        ada = membership.by_address(tx, "ada@mail.test")
        for reason in ("  ", "\n", "x" * 501):
            with pytest.raises(Refused):
                lifting.lift(tx, ada, reason=reason, now=NOW + 2 * DAY)
        lifting.lift(tx, ada, reason="the mailbox\nwas full", now=NOW + 2 * DAY)
    assert (status_of(hub, "ada"), suppressed(hub)) == ("active", None)
    newest_event = evidence(hub, reader)[0]
    assert (newest_event.kind, newest_event.text) == ("lifted", "the mailbox was full")
    take(hub, bounced(hub, edition, reader, number=2), now=NOW + 3 * DAY)
    assert status_of(hub, "ada") == "active"


@pytest.mark.parametrize("status", ["active", "pending", "unsubscribed", "waiting"])
def test_who_neither_bounced_nor_complained_is_not_let_in(hub: Hub, status: str) -> None:
    subscribe(hub, "ada@mail.test", status=status)
    with hub.db.write() as tx, pytest.raises(Conflict):
        lifting.lift(tx, membership.by_address(tx, "ada@mail.test"), reason="x", now=NOW)


def test_a_soft_row_begins_anew_after_coming_back(hub: Hub) -> None:
    reader = subscribe(hub, "ada@mail.test")
    for week in range(3):
        at = NOW + week * 8 * DAY
        take(hub, bounced(hub, sent(hub, at=at), reader, "5.2.2"), now=at)
    assert status_of(hub, "ada") == "bounced"
    with hub.db.write() as tx:
        ada = membership.by_address(tx, "ada@mail.test")
        lifting.lift(tx, ada, reason="x", now=NOW + 17 * DAY)
    at = NOW + 24 * DAY
    take(hub, bounced(hub, sent(hub, at=at), reader, "5.2.2"), now=at)
    assert status_of(hub, "ada") == "active"


def test_a_refusal_by_the_relay_leaves_its_evidence(hub: Hub) -> None:
    edition = sending_edition(hub, "550-rcpt", "554-rcpt", "ada")
    send_to(hub, FaultServer(), connections=1)
    with hub.db.read() as tx:
        kinds = {
            name: [
                event.kind
                for event in evidence(hub, membership.by_address(tx, f"{name}@mail.test").id)
            ]
            for name in ("550-rcpt", "554-rcpt", "ada")
        }
    assert kinds == {"550-rcpt": ["hard"], "554-rcpt": ["sender"], "ada": []}
    assert edition == newest(hub).id


def test_a_retry_that_arrives_takes_back_what_came_before(hub: Hub) -> None:
    """A soft report about the first try does not count once the second was taken."""
    reader = subscribe(hub, "ada@mail.test")
    for week in range(3):
        at = NOW + week * 8 * DAY
        edition = sent(hub, at=at)
        take(hub, bounced(hub, edition, reader, "5.2.2"), now=at)
        if week == 1:
            with hub.db.write() as tx:
                tx.execute(
                    "UPDATE deliveries SET finished_at = :at WHERE edition_id = :id",
                    at=at + timedelta(hours=1),
                    id=edition,
                )
    assert status_of(hub, "ada") == "active"
