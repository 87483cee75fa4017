"""The next edition as it stands: to look at, and as a test mail to one address."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub import i18n
from hub.audience.model import NOBODY
from hub.db import Transaction
from hub.errors import Refused
from hub.i18n import N_
from hub.mail import headers
from hub.mail.model import Envelope, Mailer, Outcome, RelayAway, RelayRefuses
from hub.newsletter import composing, gone_pictures, intros, ledger, planning, slots
from hub.newsletter.composing import Digest, Remark
from hub.newsletter.model import DigestPost, Edition
from hub.newsletter.planning import Press
from hub.newsletter.slots import Personaliser

_SAMPLE_NAME = " Ada"
_STAND_INS = 3
SAMPLE = N_(
    "No article waits for this newsletter, so it would not go out: your newest articles are shown"
    " as a sample."
)


def preview(
    tx: Transaction,
    press: Press,
    stream: str,
    *,
    language: str,
    now: datetime,
    waiting: Sequence[DigestPost] | None = None,
) -> Digest:
    """The next edition in a language; its personal links lead nowhere. `waiting` is what waits for
    it, where that is known.

    When no article waits for it, the newest ones stand in. Raises Refused when there is
    none at all, or the mail cannot be made.
    """
    edition = _pretended(stream, now)
    tokens = slots.tokens(press.signer, edition.id)
    digest = _compose(tx, press, edition, language, now, waiting)
    return replace(
        digest,
        text=digest.text.replace(tokens.name_text, _SAMPLE_NAME),
        html=digest.html.replace(tokens.name_html, _SAMPLE_NAME),
    )


def sample(
    tx: Transaction, press: Press, stream: str, *, address: str, language: str, now: datetime
) -> Envelope:
    """The next edition as one message to `address`, marked as a test. Raises Refused."""
    edition = _pretended(stream, now)
    digest = _compose(tx, press, edition, language, now)
    marked = replace(digest, subject=i18n.translate(language, N_("[Test] ")) + digest.subject)
    template = composing.template(edition, marked, site=press.site, signer=press.signer)
    content = Personaliser(edition, {language: template}, press.signer).message(
        NOBODY, address, "", language
    )
    return Envelope(
        "test",
        headers.ascii_domain_of(press.site.from_email),
        headers.ascii_domain_of(address),
        content,
    )


async def send(envelope: Envelope, mailer: Mailer) -> Outcome:
    """Hand one message over at once. Raises Refused with the reason when it is not taken."""
    outcomes: list[Outcome] = []

    def done(_envelope: Envelope, outcome: Outcome | None) -> None:
        if outcome is not None:
            outcomes.append(outcome)

    try:
        # Given back without an outcome, it goes to the next relay; connecting fails after the last.
        while not outcomes:
            connection = await mailer.connect()
            try:
                await connection.deliver(envelope, lambda: None, done)
            finally:
                await connection.close()
    except (RelayAway, RelayRefuses) as error:
        raise Refused(N_("The message was not sent: %(reason)s"), reason=str(error)) from error
    outcome = outcomes[0]
    if outcome.state != "accepted":
        reply = f"{outcome.code or ''} {outcome.reply}".strip()
        raise Refused(N_("The message was not sent: %(reason)s"), reason=reply)
    return outcome


def _compose(
    tx: Transaction,
    press: Press,
    edition: Edition,
    language: str,
    now: datetime,
    waiting: Sequence[DigestPost] | None = None,
) -> Digest:
    if waiting is None:
        waiting = planning.waiting(tx, edition.stream, now)
    # Nothing waits: the newest articles stand in, so that the look and the relay can be tried.
    posts = waiting or ledger.latest(tx, _STAND_INS, now)
    if not posts:
        raise Refused(N_("There is nothing to show: no article is published yet."))
    if edition.stream == "each":
        posts = posts[:1]
        if press.site.each_content == "full":
            posts = ledger.with_article(tx, posts)
    shown, gone = gone_pictures.left_out(posts, press.media)
    waits = intros.coming(tx, edition.stream)
    opening, missing = gone_pictures.out_of_intro(waits.intro if waits else None, press.media)
    digest = composing.compose(
        edition,
        shown,
        language=language,
        site=press.site,
        signer=press.signer,
        render=press.render,
        browser_path="/newsletter",
        gone=(*missing, *gone),
        intro=opening,
    )
    return digest if waiting else replace(digest, remarks=(Remark(SAMPLE), *digest.remarks))


def _pretended(stream: str, now: datetime) -> Edition:
    """An edition that is not stored. Its number makes each test a message of its own."""
    number = int(now.timestamp() * 1000)
    return Edition(number, stream, "test", "planned", "", "", now, None, 0)
