"""The mail of an edition as its reader would get it, for one that waits and one that was made."""

from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction
from hub.newsletter import composing, editions, planning
from hub.newsletter.model import Edition
from hub.newsletter.planning import Press
from hub.newsletter.slots import Personaliser

# Nobody has this number, so the links to leave and to choose lead to nobody's page.
NOBODY = 0


@dataclass(frozen=True, slots=True)
class To:
    """Whom the preview is addressed to."""

    email: str
    name: str
    language: str


def of_next(tx: Transaction, press: Press, stream: str, to: To, now: datetime) -> bytes | None:
    """The message that would go out now; None when no article waits."""
    waiting = planning.next_edition(tx, press.site, stream, now)
    if not waiting.posts:
        return None
    edition = Edition(NOBODY, stream, "", "planned", "", "", now, None, 0)
    digest = composing.compose(
        edition,
        waiting.posts,
        language=to.language,
        site=press.site,
        signer=press.signer,
        render=press.render,
    )
    template = composing.template(edition, digest, site=press.site, signer=press.signer)
    return _message(edition, {to.language: template}, press, to)


def of_made(tx: Transaction, press: Press, edition: Edition, to: To) -> bytes | None:
    """The message of an edition as it was made; None for one that was skipped."""
    templates = editions.mails(tx, edition.id)
    return _message(edition, templates, press, to) if templates else None


def _message(edition: Edition, templates: dict[str, bytes], press: Press, to: To) -> bytes:
    personaliser = Personaliser(edition, templates, press.signer)
    return personaliser.message(NOBODY, to.email, to.name, to.language)
