"""The mails to people on the list, beside the newsletter."""

from hub import i18n
from hub.audience import rules, signup, store, suppression
from hub.db import Transaction
from hub.i18n import N_
from hub.mail.model import Composer, Letter, QueuedMail, Render
from hub.site.model import Site
from hub.tokens import Signer

_SUBJECT = N_("Please confirm: %(name)s")


def confirmation(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """The confirmation mail. None when the link would be worth nothing any more.

    It holds no text that the visitor typed: whoever types a stranger's address into the
    form must not be able to write to them.
    """
    link = signup.look_up(tx, mail.subject_id, now=mail.created_at)
    if link is None or link.state != "open":
        return None
    if suppression.bars_sign_up(tx, link.subscriber.email_key):
        return None
    asked = store.last_request(tx, link.subscriber.id)
    context = {
        "site": site,
        "language": mail.language,
        "confirm_url": site.url("/confirm/" + signer.sign("confirm", mail.subject_id)),
        "hours": int(rules.LINK_LIVES.total_seconds()) // 3600,
        "asked_at": asked.at if asked else mail.created_at,
        "consent": asked.text if asked else "",
    }
    return Letter(
        subject=i18n.translate(mail.language, _SUBJECT, name=site.letter_name),
        text=render("confirmation.txt", mail.language, context),
        html=render("confirmation.html", mail.language, context),
    )


COMPOSERS: dict[str, Composer] = {signup.KIND: confirmation}
