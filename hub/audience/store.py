"""All SQL about subscribers, their topics, their consent log and their confirmations.

(The suppression list has its own in suppression.py, the list in and out in transfer.py.)
"""

import sys
from collections.abc import Iterable
from datetime import datetime

from hub.audience import counts_store, growth_store, people_store
from hub.audience.model import (
    REQUEST_MAILS,
    Confirmation,
    ConsentEvent,
    Details,
    Preferences,
    Status,
    Subscriber,
    Wish,
)
from hub.db import Transaction, in_list

_FIRST_ASKED = 500


def get(tx: Transaction, subscriber_id: int) -> Subscriber | None:
    """The subscriber of that id."""
    return tx.one(Subscriber, "SELECT * FROM subscribers WHERE id = :id", id=subscriber_id)


def by_email_key(tx: Transaction, email_key: str) -> Subscriber | None:
    """The subscriber of that address, as `addresses.key` writes it."""
    return tx.one(
        Subscriber, "SELECT * FROM subscribers WHERE email_key = :email_key", email_key=email_key
    )


def count_by_status(tx: Transaction) -> dict[Status, int]:
    """How many people have each status; every status is there."""
    return counts_store.by_status(tx)


def count_waiting(tx: Transaction) -> int:
    """How many wait for the owner."""
    return counts_store.number(tx, status="waiting")


def page(
    tx: Transaction,
    *,
    after: int | None = None,
    limit: int = 50,
    status: str = "",
    search: str = "",
    tag: str = "",
) -> list[Subscriber]:
    """Up to `limit` subscribers, newest first, those that follow the id `after`: looked for to the
    end of the list (the desk's list stops earlier, people_store.py).

    `search` is a part of the address, the name, a note or an answer, or a whole tag, in any case;
    `status` and `tag` empty mean all.
    """
    wanted = people_store.asked(status=status, tag=tag, search=search)
    return people_store.page(tx, wanted, after=after, limit=limit, most=sys.maxsize).found


def add(
    tx: Transaction, wish: Wish, email_key: str, *, status: Status, source: str, now: datetime
) -> int:
    """A new subscriber; the id. Conflict when the address is on the list already."""
    subscriber_id = int(
        tx.scalar(
            "INSERT INTO subscribers (email, email_key, name, status, cadence, paused_until,"
            " language, source, created_at, confirmed_at, unsubscribed_at, acted_at) VALUES"
            " (:email, :email_key, :name, :status, :cadence, NULL, :language, :source, :now,"
            " :confirmed_at, NULL, :now) RETURNING id",
            email=wish.email,
            email_key=email_key,
            name=wish.name,
            status=status,
            cadence=wish.cadence,
            language=wish.language,
            source=source,
            now=now,
            confirmed_at=now if status == "active" else None,
        )
    )
    set_topics(tx, subscriber_id, wish.topics)
    return subscriber_id


def change_wish(tx: Transaction, subscriber_id: int, wish: Wish, *, source: str = "") -> None:
    """Somebody who is not active asked again: what was asked last counts, and so does the
    `source` when it is given."""
    tx.execute(
        "UPDATE subscribers SET email = :email, name = :name, cadence = :cadence,"
        " language = :language, source = coalesce(nullif(CAST(:source AS text), ''), source)"
        " WHERE id = :id",
        source=source,
        email=wish.email,
        name=wish.name,
        cadence=wish.cadence,
        language=wish.language,
        id=subscriber_id,
    )
    set_topics(tx, subscriber_id, wish.topics)


def change_preferences(tx: Transaction, subscriber_id: int, preferences: Preferences) -> None:
    """What the subscriber chose on the own page."""
    tx.execute(
        "UPDATE subscribers SET name = :name, cadence = :cadence, language = :language,"
        " paused_until = :paused_until WHERE id = :id",
        name=preferences.name,
        cadence=preferences.cadence,
        language=preferences.language,
        paused_until=preferences.paused_until,
        id=subscriber_id,
    )
    set_topics(tx, subscriber_id, preferences.topics)


def change_details(tx: Transaction, subscriber_id: int, details: Details) -> None:
    """What the owner set right."""
    tx.execute(
        "UPDATE subscribers SET name = :name, cadence = :cadence, language = :language"
        " WHERE id = :id",
        name=details.name,
        cadence=details.cadence,
        language=details.language,
        id=subscriber_id,
    )


def activate(
    tx: Transaction, subscriber_id: int, *, now: datetime, status: Status = "active"
) -> None:
    """Confirmed: mail may go out, unless the status is `waiting`. Every open confirmation of the
    subscriber is used up."""
    tx.execute(
        "UPDATE subscribers SET status = :status, confirmed_at = :now, unsubscribed_at = NULL,"
        " paused_until = NULL, acted_at = :now, noticed_at = NULL, asked_at = NULL"
        " WHERE id = :id",
        status=status,
        now=now,
        id=subscriber_id,
    )
    tx.execute(
        "UPDATE confirmations SET used_at = :now WHERE subscriber_id = :id AND used_at IS NULL",
        now=now,
        id=subscriber_id,
    )


def leave(tx: Transaction, subscriber_id: int, *, now: datetime) -> bool:
    """Unsubscribed; False for one who had left already. An open confirmation cannot undo it."""
    left = tx.execute(
        "UPDATE subscribers SET status = 'unsubscribed', unsubscribed_at = :now,"
        " paused_until = NULL, acted_at = :now, noticed_at = NULL, asked_at = NULL"
        " WHERE id = :id AND status IN ('pending', 'waiting', 'active')",
        now=now,
        id=subscriber_id,
    )
    tx.execute(
        "UPDATE confirmations SET expires_at = :now"
        " WHERE subscriber_id = :id AND used_at IS NULL AND expires_at > :now",
        now=now,
        id=subscriber_id,
    )
    return left == 1


def bounce(tx: Transaction, subscriber_id: int) -> str | None:
    """The address takes no mail; its key, or None for one who was not active (any more)."""
    return tx.one(
        str,
        "UPDATE subscribers SET status = 'bounced' WHERE id = :id AND status = 'active'"
        " RETURNING email_key",
        id=subscriber_id,
    )


def complain(tx: Transaction, subscriber_id: int, *, now: datetime) -> bool:
    """The reader called our mail spam; False when that was known. No open link undoes it."""
    changed = tx.execute(
        "UPDATE subscribers SET status = 'complained', paused_until = NULL,"
        " unsubscribed_at = coalesce(unsubscribed_at, :now), acted_at = :now, noticed_at = NULL,"
        " asked_at = NULL"
        " WHERE id = :id AND status <> 'complained'",
        now=now,
        id=subscriber_id,
    )
    tx.execute(
        "UPDATE confirmations SET expires_at = :now"
        " WHERE subscriber_id = :id AND used_at IS NULL AND expires_at > :now",
        now=now,
        id=subscriber_id,
    )
    return changed == 1


def set_status(tx: Transaction, subscriber_id: int, status: Status) -> None:
    """Another status by the owner's word. Whoever was to be erased for silence is asked anew."""
    tx.execute(
        "UPDATE subscribers SET status = :status, noticed_at = NULL, asked_at = NULL"
        " WHERE id = :id",
        id=subscriber_id,
        status=status,
    )


def acted(tx: Transaction, subscriber_id: int, *, now: datetime) -> None:
    """Somebody did something of their own: from here their silence is counted (retention.py)."""
    tx.execute(
        "UPDATE subscribers SET acted_at = :now, noticed_at = NULL, asked_at = NULL WHERE id = :id",
        id=subscriber_id,
        now=now,
    )


def delete(tx: Transaction, subscriber_id: int) -> None:
    """The person, with topics, consent log, what they asked for and mails that name the address.

    What was sent stays counted; what mail servers answered may quote the address, and goes.
    """
    tx.forgotten()
    tx.execute(
        "DELETE FROM mails WHERE kind IN ('confirmation', 'welcome') AND subject_id IN"
        " (SELECT id FROM confirmations WHERE subscriber_id = :id)",
        id=subscriber_id,
    )
    tx.execute(
        "DELETE FROM mails WHERE kind IN ('accepted', 'declined') AND subject_id IN"
        " (SELECT id FROM person_events WHERE subscriber_id = :id)",
        id=subscriber_id,
    )
    names, kinds = in_list("kind", REQUEST_MAILS)
    tx.execute(
        f"DELETE FROM mails WHERE kind IN {names} AND subject_id IN"
        " (SELECT id FROM reader_requests WHERE subscriber_id = :id)",
        id=subscriber_id,
        **kinds,
    )
    # Of whatever kind, but for what is written to who works at the desk.
    tx.execute(
        "DELETE FROM mails WHERE recipient = (SELECT email FROM subscribers WHERE id = :id)"
        " AND kind NOT IN ('password', 'notice', 'edition-paused')",
        id=subscriber_id,
    )
    tx.execute(
        "UPDATE deliveries SET reply = '' WHERE subscriber_id = :id AND reply <> ''",
        id=subscriber_id,
    )
    tx.execute("DELETE FROM subscribers WHERE id = :id", id=subscriber_id)


def unconfirmed(tx: Transaction, *, before: datetime, now: datetime, limit: int) -> list[int]:
    """Pending since `before`, never confirmed, and without a link that still works."""
    return tx.all(
        int,
        "SELECT id FROM subscribers WHERE status = 'pending' AND confirmed_at IS NULL"
        " AND created_at < :before AND NOT EXISTS (SELECT 1 FROM confirmations"
        " WHERE confirmations.subscriber_id = subscribers.id AND used_at IS NULL"
        " AND expires_at > :now) ORDER BY id LIMIT :limit",
        before=before,
        now=now,
        limit=limit,
    )


def decide(tx: Transaction, subscriber_id: int, status: Status, *, now: datetime) -> bool:
    """Whether somebody waited for the owner, and is `active` or `unsubscribed` from now on."""
    decided = tx.execute(
        "UPDATE subscribers SET status = :status, unsubscribed_at = :left"
        " WHERE id = :id AND status = 'waiting'",
        id=subscriber_id,
        status=status,
        left=now if status == "unsubscribed" else None,
    )
    return decided == 1


def last_confirmation(tx: Transaction, subscriber_id: int) -> int | None:
    """The last request to confirm that was used."""
    return tx.one(
        int,
        "SELECT id FROM confirmations WHERE subscriber_id = :id AND used_at IS NOT NULL"
        " ORDER BY created_at DESC, id DESC LIMIT 1",
        id=subscriber_id,
    )


def topics_of(tx: Transaction, subscriber_id: int) -> tuple[str, ...]:
    """The topics somebody chose, sorted."""
    rows = tx.all(
        str, "SELECT topic FROM subscriber_topics WHERE subscriber_id = :id", id=subscriber_id
    )
    return tuple(sorted(rows))


def set_topics(tx: Transaction, subscriber_id: int, topics: Iterable[str]) -> None:
    """These topics and no others."""
    tx.execute("DELETE FROM subscriber_topics WHERE subscriber_id = :id", id=subscriber_id)
    tx.executemany(
        "INSERT INTO subscriber_topics (subscriber_id, topic) VALUES (:id, :topic)",
        [{"id": subscriber_id, "topic": topic} for topic in topics],
    )


def log(tx: Transaction, subscriber_id: int, event: ConsentEvent, *, counted_as: str = "") -> None:
    """Add a line to the consent log, and to the day's count: as its kind, or as something else."""
    growth_store.count(tx, subscriber_id, counted_as or event.kind, at=event.at)
    tx.execute(
        "INSERT INTO consent_events (subscriber_id, kind, at, text, text_version, language,"
        " form_url, source) VALUES (:id, :kind, :at, :text, :text_version, :language, :form_url,"
        " :source)",
        id=subscriber_id,
        kind=event.kind,
        at=event.at,
        text=event.text,
        text_version=event.text_version,
        language=event.language,
        form_url=event.form_url,
        source=event.source,
    )


def consent_log(tx: Transaction, subscriber_id: int) -> list[ConsentEvent]:
    """Every line about a subscriber, oldest first."""
    return tx.all(
        ConsentEvent,
        "SELECT * FROM consent_events WHERE subscriber_id = :id ORDER BY id",
        id=subscriber_id,
    )


def was_confirmed_here(tx: Transaction) -> bool:
    """Whether anybody came by the site's own form and pressed the button of its mail. What an
    import brings does not count; the first hundreds of those who asked are looked at, and of them
    whoever never answers is forgotten after a month."""
    found = tx.scalar(
        "SELECT 1 FROM (SELECT subscriber_id, used_at FROM confirmations ORDER BY id LIMIT :limit)"
        " AS asked JOIN consent_events AS said ON said.subscriber_id = asked.subscriber_id"
        " WHERE used_at IS NOT NULL AND said.kind = 'confirmed' AND said.source = 'link' LIMIT 1",
        limit=_FIRST_ASKED,
    )
    return found is not None


def last_request(tx: Transaction, subscriber_id: int) -> ConsentEvent | None:
    """What the subscriber asked for last, and the words that stood beside the button."""
    return tx.one(
        ConsentEvent,
        "SELECT * FROM consent_events WHERE subscriber_id = :id AND kind = 'requested'"
        " ORDER BY id DESC LIMIT 1",
        id=subscriber_id,
    )


def confirmation(tx: Transaction, confirmation_id: int) -> Confirmation | None:
    """One request to confirm."""
    return tx.one(Confirmation, "SELECT * FROM confirmations WHERE id = :id", id=confirmation_id)


def use_confirmation(tx: Transaction, confirmation_id: int, *, now: datetime) -> bool:
    """Use up a request to confirm; False when another press was first."""
    used = tx.execute(
        "UPDATE confirmations SET used_at = :now WHERE id = :id AND used_at IS NULL",
        now=now,
        id=confirmation_id,
    )
    return used == 1


def add_confirmation(
    tx: Transaction,
    subscriber_id: int,
    *,
    now: datetime,
    expires_at: datetime,
    wish: str | None = None,
    invitation_id: int | None = None,
) -> int:
    """A new request to confirm; its id. `wish`: what counts when they do (wishes.py).
    `invitation_id`: by which invitation it was asked for."""
    return int(
        tx.scalar(
            "INSERT INTO confirmations (subscriber_id, created_at, expires_at, used_at,"
            " wish, invitation_id) VALUES (:subscriber_id, :now, :expires_at, NULL, :wish,"
            " :invitation_id) RETURNING id",
            wish=wish,
            invitation_id=invitation_id,
            subscriber_id=subscriber_id,
            now=now,
            expires_at=expires_at,
        )
    )


def asked_at(tx: Transaction, subscriber_id: int, *, since: datetime) -> list[datetime]:
    """When confirmation mails were asked for."""
    rows = tx.all(
        Confirmation,
        "SELECT * FROM confirmations WHERE subscriber_id = :id AND created_at > :since",
        id=subscriber_id,
        since=since,
    )
    return [row.created_at for row in rows]
