"""The mails to people on the list, beside the newsletter."""

from hub import i18n
from hub.audience import approval, notes, rules, signup, store, suppression
from hub.db import Transaction
from hub.i18n import N_
from hub.mail import headers
from hub.mail.model import Composer, Letter, QueuedMail, Render
from hub.site.model import Site
from hub.tokens import Signer

_SUBJECT = N_("Please confirm: %(name)s")
_ACCEPTED = N_("You are in: %(name)s")
_DECLINED = N_("Your request: %(name)s")


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


def accepted(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """The owner let somebody in, perhaps with a word. None for who has left since."""
    subject = i18n.translate(mail.language, _ACCEPTED, name=site.letter_name)
    return _decision(tx, mail, "active", subject, site, signer, render)


def declined(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """The owner said no, perhaps with a word. None for who has come back since."""
    subject = i18n.translate(mail.language, _DECLINED, name=site.letter_name)
    return _decision(tx, mail, "unsubscribed", subject, site, signer, render)


def _decision(
    tx: Transaction,
    mail: QueuedMail,
    status: str,
    subject: str,
    site: Site,
    signer: Signer,
    render: Render,
) -> Letter | None:
    event = notes.get(tx, mail.subject_id)
    person = store.get(tx, event.subscriber_id) if event else None
    if event is None or person is None or person.status != status:
        return None
    if suppression.is_suppressed(tx, person.email_key):
        return None
    base_url = headers.ascii_url(site.base_url)
    unsubscribe_url = f"{base_url}/unsubscribe/{signer.sign('unsubscribe', person.id)}"
    context: dict[str, object] = {
        "site": site,
        "language": mail.language,
        "subject": subject,
        "word": event.text,
        "cadence": person.cadence,
    }
    if status == "active":
        context["unsubscribe_url"] = unsubscribe_url
        token = signer.sign("preferences", person.id, person.email_key)
        context["preferences_url"] = f"{base_url}/preferences/{token}"
    return Letter(
        subject,
        render(f"{mail.kind}.txt", mail.language, context),
        render(f"{mail.kind}.html", mail.language, context),
        *((unsubscribe_url,) if status == "active" else ()),
    )


COMPOSERS: dict[str, Composer] = {
    signup.KIND: confirmation,
    approval.ACCEPTED: accepted,
    approval.DECLINED: declined,
}
