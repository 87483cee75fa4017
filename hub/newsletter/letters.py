"""Letters written by hand: kept, scheduled, sent. A letter goes out once, as one edition."""

from datetime import datetime

from hub import i18n, journal
from hub.audience import segment_counts, segments
from hub.audience.segments import EVERYBODY, Segment
from hub.content.rendering import Rendered
from hub.db import Transaction
from hub.errors import Conflict, HubError, NotFound, Refused
from hub.i18n import N_
from hub.mail import lines
from hub.newsletter import composing, editions, letter_mail, letter_store, presses
from hub.newsletter.letter_model import AUDIENCES, ON_SITE, Draft, HandLetter
from hub.newsletter.letter_store import Written
from hub.newsletter.model import Edition
from hub.newsletter.planning import Press, log_remarks
from hub.times import to_text

LONGEST_SUBJECT = 150
LONGEST_PREHEADER = 200
NO_READERS = "no readers"


def create(tx: Transaction, draft: Draft, rendered: Rendered, *, now: datetime) -> HandLetter:
    """Keep a new letter. Raises Refused beside the field that cannot be used."""
    return find(tx, letter_store.insert(tx, written(tx, draft, rendered), now=now))


def change(
    tx: Transaction,
    letter_id: int,
    draft: Draft,
    rendered: Rendered,
    *,
    seen: datetime | None,
    now: datetime,
) -> HandLetter:
    """Write a letter anew; a scheduled one stays so. `seen` is the version that was changed.

    Raises Conflict when somebody else saved another meanwhile, or it has been sent.
    """
    old = unsent(tx, letter_id)
    if seen is not None and seen != old.updated_at:
        raise Conflict(
            N_("Somebody saved this letter meanwhile. Your text is below: save it once more, or"
               " open the letter anew to see theirs.")
        )  # fmt: skip
    letter_store.replace(tx, letter_id, written(tx, draft, rendered), now=now)
    return find(tx, letter_id)


def written(tx: Transaction, draft: Draft, rendered: Rendered) -> Written:
    """What is stored of a draft. Raises Refused beside the field that cannot be used."""
    subject = lines.one_line(draft.subject)
    if not subject:
        raise Refused(N_("Write a subject."), field="subject")
    if len(subject) > LONGEST_SUBJECT:
        raise _too_long("subject", LONGEST_SUBJECT)
    preheader = lines.one_line(draft.preheader)
    if len(preheader) > LONGEST_PREHEADER:
        raise _too_long("preheader", LONGEST_PREHEADER)
    if draft.language and draft.language not in i18n.LANGUAGES:
        raise Refused(N_("The hub does not speak this language."), field="language")
    if draft.audience not in AUDIENCES:
        raise Refused(N_("Choose whom it goes to."), field="audience")
    if draft.on_site not in ON_SITE:
        raise Refused(N_("Choose whether it is shown on the site."), field="on_site")
    topics: tuple[str, ...] = ()
    segment_id = None
    if draft.audience == "topics":
        topics = segments.checked_topics(draft.topics)
        if not topics:
            raise Refused(N_("Name at least one topic."), field="topics")
    if draft.audience == "segment":
        if draft.segment_id is None:
            raise Refused(N_("Choose a segment."), field="segment")
        segment_id = segments.get(tx, draft.segment_id).id
    return Written(
        subject=subject,
        preheader=preheader,
        excerpt=rendered.excerpt,
        language=draft.language,
        audience=draft.audience,
        topics=",".join(topics),
        segment_id=segment_id,
        on_site=draft.on_site,
        markdown=draft.markdown,
        html=rendered.html,
    )


def find(tx: Transaction, letter_id: int) -> HandLetter:
    """Raises NotFound."""
    found = letter_store.get(tx, letter_id)
    if found is None:
        raise NotFound(N_("There is no such letter."))
    return found


def unsent(tx: Transaction, letter_id: int) -> HandLetter:
    """A letter that can still be changed. Raises Conflict for one that was sent."""
    found = find(tx, letter_id)
    if found.status == "made":
        raise Conflict(N_("This letter has been sent."))
    return found


def segment_of(tx: Transaction, letter: HandLetter) -> Segment:
    """Whom it goes to, as things stand."""
    if letter.audience == "topics":
        return Segment(topics=tuple(letter.topics.split(",")))
    if letter.audience == "segment":
        assert letter.segment_id is not None
        return segments.get(tx, letter.segment_id).segment
    return EVERYBODY


def readers(tx: Transaction, letter: HandLetter, now: datetime) -> int:
    """How many would get it now."""
    return segment_counts.count(tx, segment_of(tx, letter), now)


def schedule(tx: Transaction, letter_id: int, send_at: datetime, *, now: datetime) -> HandLetter:
    """Let it go out at `send_at`. Raises Refused for a letter without a text, Conflict for one
    that was sent; hub/newsletter/moments.py refuses a time that is past."""
    letter = _sendable(unsent(tx, letter_id))
    if send_at <= now:
        raise Refused(N_("This time is past. Choose a later one."), field="send_at")
    letter_store.schedule(tx, letter.id, send_at)
    return find(tx, letter.id)


def unschedule(tx: Transaction, letter_id: int) -> HandLetter:
    """A draft again. Raises Conflict for one that was sent."""
    letter_store.put_back(tx, unsent(tx, letter_id).id)
    return find(tx, letter_id)


def delete(tx: Transaction, letter_id: int) -> None:
    """Raises Conflict for one that was sent."""
    letter_store.delete(tx, unsent(tx, letter_id).id)


def send(
    tx: Transaction,
    press: Press,
    letter_id: int,
    now: datetime,
    *,
    starts_at: datetime | None = None,
) -> Edition:
    """Make the edition of a letter, to those active now. It can be undone until `starts_at`.

    Raises Conflict for one that was sent, Refused when it is empty or nobody would get it.
    """
    letter = _sendable(unsent(tx, letter_id))
    segment = segment_of(tx, letter)
    if not segment_counts.count(tx, segment, now):
        raise Refused(N_("There is nobody to send to: no active reader is among these."))
    return _make(tx, press, letter, segment, now, starts_at)


def is_due(tx: Transaction, now: datetime) -> bool:
    """Whether a scheduled letter waits for its edition."""
    return letter_store.is_due(tx, now)


def make_due(tx: Transaction, press: Press, now: datetime) -> Edition | None:
    """Make the edition of one letter whose time has come; None when there is none.

    One that nobody would get is a draft again, with the reason. Raises Refused when no mail
    can be made of any that is due.
    """
    refused: HubError | None = None
    for letter in letter_store.due(tx, now):
        segment = segment_of(tx, letter)
        if not segment_counts.count(tx, segment, now):
            letter_store.put_back(tx, letter.id, problem=NO_READERS)
            continue
        try:
            with tx.savepoint():
                return _make(tx, press, letter, segment, now, None)
        except Refused as error:
            # The others that are due go out.
            refused = refused or error
    if refused is not None:
        raise refused
    return None


def _make(
    tx: Transaction,
    press: Press,
    letter: HandLetter,
    segment: Segment,
    now: datetime,
    starts_at: datetime | None,
) -> Edition:
    edition_id = editions.insert(
        tx,
        stream="letter",
        period=f"letter-{letter.id}-{to_text(now)}",
        status="planned",
        reason="",
        now=now,
        starts_at=starts_at,
        on_site=letter.is_public,
    )
    if edition_id is None or not letter_store.made(tx, letter.id, edition_id):
        raise Conflict(N_("This letter has been sent."))
    editions.start_counts(tx, edition_id)
    editions.put_segment(tx, edition_id, segment)
    editions.set_subject(tx, edition_id, letter.subject)
    edition = editions.get(tx, edition_id)
    assert edition is not None
    links = presses.Links(edition, press.site, press.signer)
    for language in i18n.LANGUAGES:
        mail = letter_mail.compose(
            edition,
            letter,
            language=language,
            press=press,
        )
        log_remarks(edition_id, mail)
        counted = links.counted(mail)
        template = composing.template(edition, counted, site=press.site, signer=press.signer)
        editions.put_mail(tx, edition_id, language, template)
    links.keep(tx)
    journal.note(tx, "newsletter", "sent", subject=edition.subject, number=edition.id)
    return edition


def _sendable(letter: HandLetter) -> HandLetter:
    if not letter.html.strip():
        raise Refused(N_("This letter has no text yet."), field="markdown")
    return letter


def _too_long(field: str, longest: int) -> Refused:
    return Refused(N_("At most %(longest)s characters."), field=field, longest=longest)
