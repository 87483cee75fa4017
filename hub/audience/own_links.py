"""Links that open what is a reader's own: good for as long as mail goes to the same address.

Mail that lies in a mailbox which a reader has left is somebody else's, perhaps. Its links to
leave go on working, as they must, and show nothing of the reader any more.
"""

from hub import tokens
from hub.audience import request_store, store
from hub.audience.model import Subscriber
from hub.db import Transaction
from hub.tokens import Signer

PAGE = "preferences"


def reader(tx: Transaction, signer: Signer, purpose: str, token: str) -> Subscriber | None:
    """Whose link it is; None for one that is not ours or went to an address that was left.

    Links of mails from before they named an address are good for who never moved.
    """
    number = tokens.claimed(token)
    found = None if number is None else store.get(tx, number)
    if found is None:
        return None
    if signer.verify(purpose, token, found.email_key) is not None:
        return found
    if signer.verify(purpose, token) is None or request_store.has_moved(tx, found.id):
        return None
    return found


def shown(tx: Transaction, subscriber: Subscriber | None) -> Subscriber | None:
    """Whom a page behind a link to leave may show: nobody who has moved since."""
    if subscriber is None or request_store.has_moved(tx, subscriber.id):
        return None
    return subscriber
