"""The mail that tells the owner of an edition that waits for them."""

from hub.admin import replies
from hub.db import Transaction
from hub.i18n import N_, translate
from hub.mail.model import Composer, Letter, QueuedMail, Render
from hub.newsletter import editions, steering
from hub.site.model import Site
from hub.tokens import Signer


def edition_paused(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """What stopped, why, and where to go on; None when it goes on already."""
    edition = editions.get(tx, mail.subject_id)
    if edition is None or edition.status != "paused":
        return None
    counts = editions.counts(tx, edition.id)
    subject = translate(
        mail.language, N_("The newsletter is paused: %(subject)s"), subject=edition.subject
    )
    context = {
        "site": site,
        "language": mail.language,
        "subject": subject,
        "edition": edition,
        "reason": replies.said(edition.reason, mail.language),
        "accepted": counts.accepted,
        "waiting": counts.queued + counts.claimed + counts.deferred,
        "url": site.url(f"/admin/newsletter/{edition.id}"),
    }
    return Letter(
        subject,
        render("paused.txt", mail.language, context),
        render("paused.html", mail.language, context),
    )


COMPOSERS: dict[str, Composer] = {steering.PAUSED: edition_paused}
