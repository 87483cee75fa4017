"""Whom a report is about: only what a key of ours or of the provider proves is believed."""

from datetime import datetime

from hub import addresses
from hub.audience import store as audience
from hub.db import Transaction
from hub.errors import Refused
from hub.mail.model import Mailed
from hub.mail.verp import ReturnPaths
from hub.newsletter import slots
from hub.newsletter.returns import store
from hub.newsletter.returns.model import Report, Whom
from hub.tokens import Signer

# The largest number that both engines keep; a token may hold no larger one, a link may.
_LARGEST = 2**63 - 1


def is_ours(report: Report, signer: Signer) -> bool:
    """Whether a token in the report is one that this hub made."""
    found = ReturnPaths(signer).find(report.paths)
    return found is not None or signer.verify("unsubscribe", report.link) is not None


def find(tx: Transaction, report: Report, signer: Signer) -> Whom | None:
    """The reader and the edition; None when nothing proves one, or there is none any more."""
    if (mailed := ReturnPaths(signer).find(report.paths)) is not None:
        return _of_mail(tx, mailed)
    reader = signer.verify("unsubscribe", report.link)
    if reader is not None:
        return _of_reader(tx, reader, report.edition)
    return _of_address(tx, report, signer) if report.address else None


def _of_mail(tx: Transaction, mailed: Mailed) -> Whom | None:
    if mailed.edition:
        return _of_reader(tx, mailed.number, mailed.edition)
    reader = store.confirmed_by(tx, mailed.number)
    return Whom(reader) if reader is not None else None


def _of_reader(tx: Transaction, reader: int, edition: int) -> Whom | None:
    if reader > _LARGEST or audience.get(tx, reader) is None:
        return None
    delivery = store.sent_at(tx, edition, reader) if edition else None
    return Whom(reader, edition, delivery.at) if delivery is not None else Whom(reader)


def _of_address(tx: Transaction, report: Report, signer: Signer) -> Whom | None:
    try:
        email_key = addresses.key(addresses.checked(report.address))
    except Refused:
        return None
    subscriber = audience.by_email_key(tx, email_key)
    if subscriber is None:
        return None
    sent = store.sent_to(tx, subscriber.id)
    if report.message_id:
        local = report.message_id.strip(" <>").partition("@")[0]
        sent = [
            one
            for one in sent
            if slots.identity(signer, one.edition_id, subscriber.id).decode() == local
        ]
    else:
        # The provider does not say which mail it was: the last one before.
        sent = [one for one in sent if _before(one.finished_at, report.at)]
    if not sent:
        return Whom(subscriber.id)
    return Whom(subscriber.id, sent[0].edition_id, sent[0].finished_at)


def _before(sent_at: datetime, moment: datetime | None) -> bool:
    return moment is None or sent_at <= moment
