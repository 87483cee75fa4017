"""The mails with links to a reader's own page, and those of a change of address.

None holds a text that was typed into a form: not even the new address, which the old one is not
told, because whoever reads there now may be somebody else.
"""

from hub import addresses, i18n
from hub.audience import own_links, request_store, requests, suppression
from hub.audience.model import RequestKind
from hub.db import Transaction
from hub.i18n import N_
from hub.mail.model import Composer, Letter, QueuedMail, Render
from hub.site.model import Site
from hub.tokens import Signer

_SUBJECTS: dict[RequestKind, str] = {
    "page": N_("Your link: %(name)s"),
    "data": N_("Your data: %(name)s"),
    "erase": N_("Erase your data: %(name)s"),
    "address": N_("Please confirm your new address: %(name)s"),
}
_MOVED = N_("%(name)s goes to another address now")


def link(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """A mail with a link, to the reader's own address or, to confirm it, to the new one.

    None when the link would be worth nothing any more.
    """
    kind = next(kind for kind, name in requests.MAIL.items() if name == mail.kind)
    found = requests.look_up(tx, mail.subject_id, kind, now=mail.created_at)
    if found is None or found.state != "open":
        return None
    key = found.request.email_key or found.subscriber.email_key
    if suppression.bars_sign_up(tx, key):
        return None
    if kind == "page":
        path = "/preferences/" + signer.sign(
            own_links.PAGE, found.subscriber.id, found.subscriber.email_key
        )
    else:
        path = f"/preferences/{kind}/" + signer.sign(kind, mail.subject_id)
    name = i18n.translate(mail.language, _SUBJECTS[kind], name=site.letter_name)
    lifetime = requests.LIFETIMES[kind]
    return _letter(
        "own_link",
        name,
        render,
        mail.language,
        {"kind": kind, "url": site.url(path), "hours": int(lifetime.total_seconds()) // 3600},
        site,
    )


def moved(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """Tells the old address that it was left; None when the reader is gone already."""
    found = requests.look_up(tx, mail.subject_id, "address", now=mail.created_at)
    if found is None:
        return None
    back = request_store.way_back(tx, found.subscriber.id, addresses.key(mail.recipient))
    url = site.url("/preferences/address/" + signer.sign("address", back.id)) if back else ""
    days = requests.WAY_BACK.days
    subject = i18n.translate(mail.language, _MOVED, name=site.letter_name)
    return _letter("moved", subject, render, mail.language, {"url": url, "days": days}, site)


def _letter(
    template: str,
    subject: str,
    render: Render,
    language: str,
    more: dict[str, object],
    site: Site,
) -> Letter:
    context = {"site": site, "language": language, "subject": subject, **more}
    return Letter(
        subject=subject,
        text=render(f"{template}.txt", language, context),
        html=render(f"{template}.html", language, context),
    )


COMPOSERS: dict[str, Composer] = {
    **dict.fromkeys(requests.MAIL.values(), link),
    requests.MOVED: moved,
}
