"""Who gets on the list: at once, by invitation, or when the owner says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hub import i18n, journal
from hub.audience import invitations, notes, store
from hub.audience.invitations import Invitation
from hub.audience.model import ConsentEvent, Subscriber
from hub.db import Transaction
from hub.errors import Conflict
from hub.i18n import N_, Word
from hub.mail import queue
from hub.notices import rules as notice_rules
from hub.notices import telling
from hub.notices.model import Facts
from hub.site.model import Site

ACCEPTED, DECLINED = "accepted", "declined"
_QUESTION = N_("Who are you, and what do you look for?")
_CLOSED = N_("This list is by invitation. Whoever has one finds the form behind its link.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who confirmed and waits for the owner; `answer` is empty while there is none."""

    person: Subscriber
    question: str
    answer: str


def question(site: Site, language: str) -> str:
    """What who waits is asked: the owner's words in that language, else the hub's."""
    own = site.question_fr if language == "fr" else site.question_en
    return own or i18n.translate(i18n.known(language), _QUESTION)


def closed_text(site: Site, language: str) -> str:
    """What stands in place of the form on a closed list; empty for one that is not closed."""
    if site.signup_mode != "closed":
        return ""
    own = site.closed_text_fr if language == "fr" else site.closed_text_en
    return own or i18n.translate(i18n.known(language), _CLOSED)


def admission(
    mode: str, invitation: Invitation | None, now: datetime
) -> Literal["active", "waiting"]:
    """What somebody is who confirms now.

    An invitation opens a closed list, and one by approval where the owner said so. Who asked
    while the list was open, or by an invitation that is no longer good, waits for the owner.
    """
    if mode == "open":
        return "active"
    good = invitation is not None and invitations.state(invitation, now) == "open"
    if mode == "closed":
        return "active" if good else "waiting"
    return "active" if good and invitation is not None and invitation.skips_approval else "waiting"


def tell_owner(tx: Transaction, *, site: Site, now: datetime) -> None:
    """Somebody waits: one notice a day, which says how many."""
    waiting = store.count_waiting(tx)
    period = notice_rules.once_a_day("waiting", now, site.timezone)
    telling.tell(tx, "waiting", period, Facts(waiting=waiting), site=site, now=now)


def end_notice(tx: Transaction, *, now: datetime) -> None:
    """The notice that somebody waits is over when nobody does."""
    if not store.count_waiting(tx):
        telling.end(tx, "waiting", now=now)


def answer(
    tx: Transaction, subscriber: Subscriber, text: str, *, site: Site, now: datetime
) -> bool:
    """Keep what somebody who waits answered; the last answer counts. False for who does not wait
    any more. Raises Refused for an empty or a very long one."""
    text = notes.checked(text, notes.LONGEST_ANSWER, field="answer")
    if subscriber.status != "waiting":
        return False
    asked = question(site, subscriber.language)
    notes.replace_answer(tx, subscriber.id, text, question=asked, now=now)
    return True


def of_subscriber(tx: Transaction, subscriber_id: int) -> Waiting | None:
    """Somebody who waits, with what they answered; None for anybody else."""
    person = store.get(tx, subscriber_id)
    if person is None or person.status != "waiting":
        return None
    return _waiting(tx, [person])[0]


def page(tx: Transaction, *, after: int, limit: int) -> list[Waiting]:
    """Up to `limit` people who wait, who came first first, behind the id `after`."""
    people = tx.all(
        Subscriber,
        "SELECT * FROM subscribers WHERE status = 'waiting' AND id > :after"
        " ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return _waiting(tx, people)


def _waiting(tx: Transaction, people: Sequence[Subscriber]) -> list[Waiting]:
    answers = notes.answers(tx, (person.id for person in people))
    found = []
    for person in people:
        said = answers.get(person.id)
        found.append(Waiting(person, said.about if said else "", said.text if said else ""))
    return found


def decide(
    tx: Transaction,
    subscriber_ids: Iterable[int],
    decision: Literal["accepted", "declined"],
    *,
    word: str,
    by: str,
    site: Site,
    now: datetime,
) -> int:
    """Accept or decline people who wait, with a word that may be empty; how many waited still.

    Each is told by mail. Raises Conflict when nobody of them waits (any more), Refused for a word
    that is too long.
    """
    word = notes.checked(word, notes.LONGEST_WORD, field="word", needed=False)
    decided = 0
    for subscriber_id in sorted(set(subscriber_ids)):
        to: Literal["active", "unsubscribed"] = (
            "active" if decision == "accepted" else "unsubscribed"
        )
        if not store.decide(tx, subscriber_id, to, now=now):
            continue
        person = store.get(tx, subscriber_id)
        assert person is not None
        decided += 1
        journal.note(tx, "readers", decision, number=subscriber_id)
        number = notes.add(tx, subscriber_id, decision, word, by=by, at=now)
        if decision == "declined":
            event = ConsentEvent("unsubscribed", now, "", "", person.language, "", "declined")
            store.log(tx, subscriber_id, event, counted_as="declined")
        _tell(tx, person, decision, number, word, site=site, now=now)
    if not decided:
        raise Conflict(N_("Nobody of these waits any more."))
    end_notice(tx, now=now)
    return decided


def decide_one(
    tx: Transaction,
    person: Subscriber,
    decision: Literal["accepted", "declined"],
    *,
    word: str,
    by: str,
    site: Site,
    now: datetime,
) -> None:
    """As `decide`, for one. Raises Conflict, saying what they are, for who does not wait."""
    if person.status != "waiting":
        raise Conflict(
            N_("%(address)s is %(status)s, and does not wait for you."),
            address=person.email,
            status=Word(person.status),
        )
    decide(tx, [person.id], decision, word=word, by=by, site=site, now=now)


def _tell(
    tx: Transaction,
    person: Subscriber,
    decision: Literal["accepted", "declined"],
    event_id: int,
    word: str,
    *,
    site: Site,
    now: datetime,
) -> None:
    """The welcome is answer enough where there is one and the owner added no word."""
    confirmation_id = store.last_confirmation(tx, person.id)
    welcomes = decision == "accepted" and site.welcome_mail == "on" and confirmation_id is not None
    letters: list[tuple[str, int]] = [(decision, event_id)] if word or not welcomes else []
    if welcomes:
        assert confirmation_id is not None
        letters.append(("welcome", confirmation_id))
    for kind, subject_id in letters:
        queue.put(
            tx,
            kind=kind,
            subject_id=subject_id,
            recipient=person.email,
            language=person.language,
            now=now,
        )
