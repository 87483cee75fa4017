"""SQL of held sign-ups, of brakes, and of challenges that were solved."""

from collections.abc import Iterable
from datetime import datetime

from hub.audience.gates.model import Answers, Brake, HeldSignUp, Reason
from hub.audience.model import ConsentText, Wish
from hub.db import Transaction, in_list

# Of the key that limits name mailboxes with.
KEY_NAME = "gates"
# A flood must not make the look at it slow: the newest of them say enough.
_MOST_COUNTED = 500


def hold(
    tx: Transaction,
    wish: Wish,
    email_key: str,
    consent: ConsentText,
    *,
    form_url: str,
    invitation: str,
    reasons: Iterable[Reason],
    now: datetime,
) -> None:
    """Keep a sign-up. Of one address the last counts, but it is kept from the first on."""
    tx.execute(
        "INSERT INTO held_sign_ups (email, email_key, name, cadence, topics, language,"
        " consent_text, consent_version, consent_language, form_url, invitation, reasons,"
        " created_at)"
        " VALUES (:email, :email_key, :name, :cadence, :topics, :language, :text, :version,"
        " :text_language, :form_url, :invitation, :reasons, :now)"
        " ON CONFLICT (email_key) DO UPDATE SET"
        " email = excluded.email, name = excluded.name, cadence = excluded.cadence,"
        " topics = excluded.topics, language = excluded.language,"
        " consent_text = excluded.consent_text, consent_version = excluded.consent_version,"
        " consent_language = excluded.consent_language, form_url = excluded.form_url,"
        " invitation = excluded.invitation,"
        " reasons = excluded.reasons",
        email=wish.email,
        email_key=email_key,
        name=wish.name,
        cadence=wish.cadence,
        topics=" ".join(wish.topics),
        language=wish.language,
        text=consent.text,
        version=consent.version,
        text_language=consent.language,
        form_url=form_url,
        invitation=invitation,
        reasons=" ".join(reasons),
        now=now,
    )


def is_held(tx: Transaction, email_key: str) -> bool:
    """Whether a sign-up of this address waits already."""
    found = tx.scalar("SELECT 1 FROM held_sign_ups WHERE email_key = :key", key=email_key)
    return found is not None


def held(tx: Transaction, *, after: int | None = None, limit: int) -> list[HeldSignUp]:
    """Up to `limit` held sign-ups, newest first, those that follow the id `after`."""
    return tx.all(
        HeldSignUp,
        "SELECT * FROM held_sign_ups WHERE id < :after ORDER BY id DESC LIMIT :limit",
        after=after if after is not None else 2**62,
        limit=limit,
    )


def held_among(tx: Transaction, ids: Iterable[int]) -> list[HeldSignUp]:
    """Those of the ids that are held still, oldest first."""
    names, values = in_list("id", ids)
    return tx.all(
        HeldSignUp, f"SELECT * FROM held_sign_ups WHERE id IN {names} ORDER BY id", **values
    )


def held_of(tx: Transaction, email_key: str) -> HeldSignUp | None:
    """The sign-up of an address that waits."""
    return tx.one(
        HeldSignUp, "SELECT * FROM held_sign_ups WHERE email_key = :email_key", email_key=email_key
    )


def count_held(tx: Transaction, *, most: int) -> int:
    """How many wait; `most` when there are more."""
    return int(
        tx.scalar(
            "SELECT count(*) FROM (SELECT id FROM held_sign_ups LIMIT :most) AS counted", most=most
        )
    )


def drop(tx: Transaction, ids: Iterable[int]) -> int:
    """Forget held sign-ups; how many there were."""
    names, values = in_list("id", ids)
    return tx.execute(f"DELETE FROM held_sign_ups WHERE id IN {names}", **values)


def drop_of(tx: Transaction, email_key: str) -> None:
    """Forget what an address waits for."""
    tx.execute("DELETE FROM held_sign_ups WHERE email_key = :email_key", email_key=email_key)


def drop_all(tx: Transaction) -> int:
    """Forget every held sign-up; how many there were."""
    return tx.execute("DELETE FROM held_sign_ups")


def drop_old(tx: Transaction, *, before: datetime) -> int:
    """Forget what was held before a time; how many."""
    return tx.execute("DELETE FROM held_sign_ups WHERE created_at < :before", before=before)


def last_brake(tx: Transaction) -> Brake | None:
    """The brake that began last, over or not."""
    return tx.one(Brake, "SELECT * FROM brakes ORDER BY id DESC LIMIT 1")


def add_brake(tx: Transaction, answers: Answers, *, now: datetime, until: datetime) -> int:
    """Hold every new sign-up from now on; the brake's id."""
    return int(
        tx.scalar(
            "INSERT INTO brakes (began_at, until, asked, confirmed)"
            " VALUES (:now, :until, :asked, :confirmed) RETURNING id",
            now=now,
            until=until,
            asked=answers.asked,
            confirmed=answers.confirmed,
        )
    )


def end_brakes(tx: Transaction, *, now: datetime) -> bool:
    """Hold no more; whether there was a brake that was not over."""
    return bool(
        tx.execute(
            "UPDATE brakes SET ended_at = :now WHERE ended_at IS NULL AND until > :now", now=now
        )
    )


def answers(tx: Transaction, *, since: datetime, until: datetime) -> Answers:
    """The confirmation mails that were accepted in a span (the newest 500 of them)."""
    found = tx.one(
        Answers,
        "SELECT count(*) AS asked, count(c.used_at) AS confirmed FROM (SELECT subject_id FROM mails"
        " WHERE kind = 'confirmation' AND state = 'accepted' AND finished_at > :since"
        " AND finished_at <= :until ORDER BY finished_at DESC LIMIT :most) AS m"
        " LEFT JOIN confirmations c ON c.id = m.subject_id",
        since=since,
        until=until,
        most=_MOST_COUNTED,
    )
    assert found is not None
    return found


def spend(tx: Transaction, nonce: str, *, expires_at: datetime) -> bool:
    """Note that a challenge was solved; False when it had been."""
    return bool(
        tx.execute(
            "INSERT INTO spent_challenges (nonce, expires_at) VALUES (:nonce, :expires_at)"
            " ON CONFLICT (nonce) DO NOTHING",
            nonce=nonce,
            expires_at=expires_at,
        )
    )


def forget_spent(tx: Transaction, now: datetime) -> int:
    """Forget the challenges that are too old to count anyway; how many."""
    return tx.execute("DELETE FROM spent_challenges WHERE expires_at < :now", now=now)
