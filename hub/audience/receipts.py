"""A receipt of one person's consent: what was asked, in which words, when and where."""

from dataclasses import dataclass
from datetime import datetime

from hub import i18n
from hub.audience import store
from hub.audience.model import ConsentEvent
from hub.db import Transaction
from hub.i18n import N_
from hub.site.model import Site
from hub.times import to_text

# What the link of a reader's own receipt is signed for.
LINK = "receipt"
_KINDS = {
    "requested": N_("Asked to subscribe"),
    "confirmed": N_("Confirmed, by pressing a button"),
    "imported": N_("Brought from another list"),
    "added": N_("Added by hand"),
    "unsubscribed": N_("Unsubscribed"),
}
_BY_OWNER = N_("Confirmed by the publisher")
_STAYED = N_("Asked after a long silence, and stayed")


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that is known of a consent. `events` is the log, oldest first; times are UTC."""

    publisher: str
    site: str
    newsletter: str
    email: str
    status: str
    language: str
    timezone: str
    issued_at: datetime
    events: tuple[ConsentEvent, ...]

    @property
    def confirmed_at(self) -> datetime | None:
        """When the consent was confirmed last, None when it never was."""
        return next((e.at for e in reversed(self.events) if e.kind == "confirmed"), None)


def of(tx: Transaction, subscriber_id: int, *, site: Site, now: datetime) -> Receipt | None:
    """The receipt of a person; None for one who was erased."""
    subscriber = store.get(tx, subscriber_id)
    if subscriber is None:
        return None
    return Receipt(
        publisher=site.publisher or site.title,
        site=site.url("/"),
        newsletter=site.letter_name,
        email=subscriber.email,
        status=subscriber.status,
        language=subscriber.language,
        timezone=site.timezone,
        issued_at=now,
        events=tuple(store.consent_log(tx, subscriber_id)),
    )


def as_document(receipt: Receipt) -> dict[str, object]:
    """The receipt for JSON."""
    confirmed_at = receipt.confirmed_at
    return {
        "publisher": receipt.publisher,
        "site": receipt.site,
        "newsletter": receipt.newsletter,
        "email": receipt.email,
        "status": receipt.status,
        "issued_at": to_text(receipt.issued_at),
        "confirmed_at": to_text(confirmed_at) if confirmed_at else None,
        "consent": [
            {
                "kind": event.kind,
                "at": to_text(event.at),
                "text": event.text,
                "text_version": event.text_version,
                "language": event.language,
                "form_url": event.form_url,
                "source": event.source,
            }
            for event in receipt.events
        ],
    }


def as_text(receipt: Receipt, language: str) -> str:
    """The receipt for people, in a language; times in the site's zone and in UTC."""
    language = i18n.known(language)

    def said(text: str, /, **values: object) -> str:
        return i18n.translate(language, text, **values)

    title = said(N_("Receipt of consent"))
    lines = [
        title,
        "=" * len(title),
        "",
        said(N_("Newsletter: %(name)s (%(url)s)"), name=receipt.newsletter, url=receipt.site),
        said(N_("Published by: %(name)s"), name=receipt.publisher),
        said(N_("Address: %(email)s"), email=_plain(receipt.email)),
        said(N_("Made on: %(when)s"), when=_when(receipt.issued_at, receipt, language)),
    ]
    for number, event in enumerate(receipt.events, 1):
        lines += ["", f"{number}. {said(_kind(event))}"]
        lines.append("   " + said(N_("When: %(when)s"), when=_when(event.at, receipt, language)))
        if event.form_url:
            lines.append("   " + said(N_("Where: %(url)s"), url=_plain(event.form_url)))
        if event.text:
            text = said(N_("Words: “%(text)s”"), text=_plain(event.text))
            lines.append("   " + text)
            lines.append(
                "   "
                + said(
                    N_("Version of these words: %(version)s, in %(spoken)s"),
                    version=event.text_version or "-",
                    spoken=i18n.language_name(event.language, language),
                )
            )
    if not receipt.events:
        lines += ["", said(N_("Nothing is written down."))]
    return "\n".join(lines) + "\n"


def _kind(event: ConsentEvent) -> str:
    if event.kind == "confirmed" and event.source in ("owner", "stay"):
        return _BY_OWNER if event.source == "owner" else _STAYED
    return _KINDS.get(event.kind, event.kind)


def _when(moment: datetime, receipt: Receipt, language: str) -> str:
    local = i18n.date_and_time(moment, language, receipt.timezone)
    return f"{local} ({to_text(moment)})"


def _plain(text: str) -> str:
    """On one line and without what a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
