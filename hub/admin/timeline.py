"""What happened with a person, from the day they asked, in the owner's language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub import i18n
from hub.admin import replies, words
from hub.audience import invitations, notes, store
from hub.audience.model import ConsentEvent
from hub.audience.notes import PersonEvent
from hub.db import Transaction
from hub.i18n import N_
from hub.newsletter import history
from hub.newsletter.history import Delivered
from hub.newsletter.returns import store as returns
from hub.newsletter.returns.model import BounceEvent


@dataclass(frozen=True, slots=True)
class Moment:
    """One line. `about` says more in small print, `quote` is what somebody wrote, word for word.

    `path` leads to the edition that it is about, `note_id` is that of a line of the owner's own.
    """

    at: datetime
    title: str
    tone: str = ""
    about: str = ""
    quote: str = ""
    form_url: str = ""
    path: str = ""
    note_id: int | None = None


def of_person(
    tx: Transaction, subscriber_id: int, *, language: str, limit: int
) -> tuple[list[Moment], bool]:
    """The newest moments, newest first, and whether there are more."""
    log = store.consent_log(tx, subscriber_id)
    invited = invitations.names_of(tx, {event.source for event in log})
    found = [
        *(_consent(event, language, invited) for event in log),
        *(_known(event, language) for event in notes.of_subscriber(tx, subscriber_id)),
        *(
            _came_back(event, language)
            for event in reversed(returns.of_subscriber(tx, subscriber_id, limit=limit + 1))
        ),
        *(
            _delivered(one, language)
            for one in reversed(history.of_subscriber(tx, subscriber_id, limit=limit + 1))
        ),
    ]
    # What happened at the same moment stays in its order: sorted, then turned round.
    found.sort(key=lambda moment: moment.at)
    found.reverse()
    return found[:limit], len(found) > limit


def _consent(event: ConsentEvent, language: str, invited: Mapping[str, str]) -> Moment:
    said = [replies.origin(event.source, language, invited)] if event.source else []
    if event.text_version:
        said.append(i18n.translate(language, N_("text %(version)s"), version=event.text_version))
    return Moment(
        event.at,
        i18n.translate(language, words.CONSENT[event.kind]),
        about=" · ".join(said),
        quote=event.text,
        form_url=event.form_url,
    )


def _known(event: PersonEvent, language: str) -> Moment:
    return Moment(
        event.at,
        i18n.translate(language, words.PERSON[event.kind]),
        tone=words.TONES.get(event.kind, ""),
        about=" · ".join(filter(None, (event.by_whom, _about(event, language)))),
        quote=event.text,
        note_id=event.id if event.kind in notes.REMOVABLE else None,
    )


def _about(event: PersonEvent, language: str) -> str:
    if event.kind != "corrected":
        return event.about
    names = (words.DETAILS.get(name, name) for name in event.about.split())
    return ", ".join(i18n.translate(language, name) for name in names)


def _came_back(event: BounceEvent, language: str) -> Moment:
    return Moment(
        event.at,
        i18n.translate(language, words.RETURN[event.kind]),
        tone=words.TONES.get(event.kind, ""),
        about=" · ".join(_about_return(event, language)),
        quote=event.said,
        path=f"/admin/newsletter/{event.edition_id}" if event.edition_id else "",
    )


def _about_return(event: BounceEvent, language: str) -> Iterator[str]:
    yield replies.origin(event.source, language)
    if event.edition_id:
        yield i18n.translate(language, N_("edition %(number)s"), number=event.edition_id)


def _delivered(one: Delivered, language: str) -> Moment:
    answer = f"{one.code or ''} {replies.said(one.reply, language)}".strip()
    bad = one.state not in ("accepted", "queued", "claimed")
    return Moment(
        one.at,
        i18n.translate(
            language,
            N_("“%(subject)s”: %(state)s"),
            subject=one.subject,
            state=i18n.translate(language, words.DELIVERY[one.state]),
        ),
        tone=words.TONES.get(one.state, ""),
        about=" · ".join(filter(None, (one.relay, answer if bad else ""))),
        path=f"/admin/newsletter/{one.edition_id}",
    )
