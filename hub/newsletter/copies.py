"""One copy of an edition that was made, to look at: the same bytes that its readers got."""

from hub.db import Transaction
from hub.newsletter import editions
from hub.newsletter.model import Edition
from hub.newsletter.slots import Personaliser
from hub.tokens import Signer

# Nobody has this number, so the links to leave and to choose lead to nobody's page.
_NOBODY = 0


def copy(
    tx: Transaction, edition: Edition, *, email: str, name: str, language: str, signer: Signer
) -> bytes | None:
    """The message as it would go to this address; None for an edition that was skipped."""
    templates = editions.mails(tx, edition.id)
    if not templates:
        return None
    return Personaliser(edition, templates, signer).message(_NOBODY, email, name, language)
