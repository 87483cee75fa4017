"""Mail that follows a commit: a row in the same transaction, sent by the worker."""

from datetime import datetime

from hub.db import Transaction


def put(
    tx: Transaction,
    *,
    kind: str,
    subject_id: int,
    recipient: str,
    language: str,
    now: datetime,
) -> int:
    """Queue a mail; its id. `kind` names the composer that will write it."""
    return int(
        tx.scalar(
            "INSERT INTO mails (kind, subject_id, recipient, language, state, due_at, attempts,"
            " reply, created_at) VALUES (:kind, :subject_id, :recipient, :language, 'queued',"
            " :now, 0, '', :now) RETURNING id",
            kind=kind,
            subject_id=subject_id,
            recipient=recipient,
            language=language,
            now=now,
        )
    )
