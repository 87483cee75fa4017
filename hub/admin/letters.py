"""The mails that tell the owner of a notice."""

from dataclasses import replace

from hub.admin import notice_words, replies
from hub.audience import reporting
from hub.db import Transaction
from hub.i18n import N_, translate
from hub.mail.model import Composer, Letter, QueuedMail, Render
from hub.newsletter import editions
from hub.notices import store, telling
from hub.notices.model import Notice
from hub.site.model import Site
from hub.tokens import Signer

# What an older hub queued: the number is the edition's.
PAUSED = "edition-paused"
_MOST_ADDRESSES = 20
_MOST_IN_ONE = 100


def notice(
    tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
) -> Letter | None:
    """What happened, in the owner's language; None when it is no longer so.

    The addresses of new readers stand in mail to the owner's own address alone.
    """
    found = store.get(tx, mail.subject_id)
    if found is None:
        return None
    if found.kind == "digest":
        several = store.in_digest(tx, found.id, limit=_MOST_IN_ONE)
        subject = translate(mail.language, N_("What else happened on %(title)s"), title=site.title)
        return _letter(several, subject, (), mail, site, render) if several else None
    if found.kind == "paused" and found.subject_id is not None:
        about = replace(mail, subject_id=found.subject_id)
        return edition_paused(tx, about, site=site, signer=signer, render=render)
    said = notice_words.said(found, mail.language, site.timezone)
    addresses = _joined(tx, found) if mail.recipient == site.owner_email else ()
    return _letter([found], said.title, addresses, mail, site, render)


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
    return _rendered("paused", subject, context, render)


def _letter(
    notices: list[Notice],
    subject: str,
    addresses: tuple[str, ...],
    mail: QueuedMail,
    site: Site,
    render: Render,
) -> Letter:
    several = [notice_words.said(found, mail.language, site.timezone) for found in notices]
    context = {
        "site": site,
        "language": mail.language,
        "subject": subject,
        "notices": [
            replace(said, path=site.url(said.path) if said.path else "") for said in several
        ],
        "addresses": addresses,
        "list_url": site.url("/admin/notices"),
        "settings_url": site.url("/admin/settings#group-notices"),
    }
    return _rendered("notice", subject, context, render)


def _rendered(template: str, subject: str, context: dict[str, object], render: Render) -> Letter:
    language = str(context["language"])
    return Letter(
        subject,
        render(f"{template}.txt", language, context),
        render(f"{template}.html", language, context),
    )


def _joined(tx: Transaction, found: Notice) -> tuple[str, ...]:
    facts = found.facts
    if found.kind != "readers" or facts.since is None or facts.until is None:
        return ()
    return tuple(reporting.joined(tx, facts.since, facts.until, limit=_MOST_ADDRESSES))


COMPOSERS: dict[str, Composer] = {PAUSED: edition_paused, telling.MAIL: notice}
