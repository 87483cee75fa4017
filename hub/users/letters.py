"""The mail with the link to a new password.

Its token follows from the number of the mail and the hub's key, so that it can be written
when the mail is sent, and again when that has to be repeated; the database holds its hash.
"""

import base64
import hmac
from datetime import datetime

from hub.db import Transaction
from hub.i18n import N_, translate
from hub.mail import queue
from hub.mail.model import Composer, Letter, QueuedMail, Render
from hub.site.model import Site
from hub.tokens import Signer
from hub.users import one_time_links, store
from hub.users.model import User

KIND = "password"


def ask(tx: Transaction, user: User, *, language: str, signer: Signer, now: datetime) -> str:
    """Queue the mail and open its link; earlier links of the account end. The link's token."""
    mail_id = queue.put(
        tx, kind=KIND, subject_id=user.id, recipient=user.email, language=language, now=now
    )
    token = _token(signer, mail_id)
    one_time_links.open_with(tx, "password", token, user.id, now)
    return token


def password(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """The link to choose a new password; None when the account or the link is no more."""
    token = _token(signer, mail.id)
    user = store.by_id(tx, mail.subject_id)
    if user is None or not one_time_links.is_open(tx, "password", token, mail.created_at):
        return None
    # Who has none yet was invited, and has not asked for anything.
    invited = user.password_hash is None
    words = N_("You may come to the desk of %(title)s")
    subject = translate(
        mail.language,
        words if invited else N_("A new password for %(title)s"),
        title=site.title,
    )
    context = {
        "site": site,
        "language": mail.language,
        "subject": subject,
        "invited": invited,
        "url": site.url(f"/admin/password/{token}"),
    }
    return Letter(
        subject,
        render("password.txt", mail.language, context),
        render("password.html", mail.language, context),
    )


def _token(signer: Signer, mail_id: int) -> str:
    """256 bits that nobody without the hub's key can guess."""
    digest = hmac.digest(signer.derive("password link"), b"%d" % mail_id, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


COMPOSERS: dict[str, Composer] = {KIND: password}
