"""The mail with the link to a new password. The link is made when the mail is written: no
token waits in the database, and a mail that is late carries one that still works."""

from hub.db import Transaction
from hub.i18n import N_, translate
from hub.mail.model import Composer, Letter, QueuedMail, Render
from hub.site.model import Site
from hub.times import utcnow
from hub.tokens import Signer
from hub.users import one_time_links, store


def password(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """A link to choose a new password; None when the account is gone. Writes the link's hash."""
    user = store.by_id(tx, mail.subject_id)
    if user is None:
        return None
    token = one_time_links.make(tx, "password", user.id, utcnow())
    subject = translate(mail.language, N_("A new password for %(title)s"), title=site.title)
    context = {
        "site": site,
        "language": mail.language,
        "subject": subject,
        "url": site.url(f"/admin/password/{token}"),
    }
    return Letter(
        subject,
        render("password.txt", mail.language, context),
        render("password.html", mail.language, context),
    )


COMPOSERS: dict[str, Composer] = {"password": password}
