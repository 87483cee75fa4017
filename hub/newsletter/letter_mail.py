"""The mail of a letter: its text in the language it was written in, what stands around it in the
reader's own."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from hub import i18n
from hub.audience.model import NOBODY
from hub.i18n import N_
from hub.mail import headers, lines, plain_text
from hub.mail.model import Envelope
from hub.newsletter import articles, composing, gone_pictures, slots
from hub.newsletter.composing import Digest
from hub.newsletter.letter_model import HandLetter
from hub.newsletter.model import Edition
from hub.newsletter.planning import Press
from hub.newsletter.slots import Personaliser

# Gmail hides what comes after so much HTML behind a link.
CLIPPED_AT = 102_400
_PREHEADER = 140
_REASON = N_("You get this mail because you subscribed to %(name)s at %(host)s.")


def compose(
    edition: Edition,
    letter: HandLetter,
    *,
    language: str,
    press: Press,
    browser_path: str = "",
) -> Digest:
    """The letter in a language, with tokens in the places of the slots (see slots.py)."""
    site = replace(press.site, base_url=headers.ascii_url(press.site.base_url))
    tokens = slots.tokens(press.signer, edition.id)
    path = browser_path or f"/newsletter/{edition.id}"
    own_page = site.url(path)
    written_in = letter.language or site.language
    context: dict[str, Any] = {
        "site": site,
        "language": language,
        "stream": edition.stream,
        "subject": letter.subject,
        "preheader": lines.cut(letter.preheader or letter.excerpt, _PREHEADER),
        "made_at": edition.created_at,
        "reason": i18n.translate(
            language,
            _REASON,
            name=lines.one_line(site.letter_name),
            host=urlsplit(site.base_url).netloc,
        ),
        "browser_url": own_page if letter.is_public else "",
        "body_language": written_in,
    }
    whole, gone = gone_pictures.out_of(letter.html, press.media)
    body = "\n".join(articles.blocks(whole, own_page))
    html = press.render(
        "letter.html",
        language,
        {**context, "body": body, "slots": tokens.in_html(site)},
    )
    text = press.render(
        "letter.txt",
        language,
        {
            **context,
            "body": plain_text.from_html(body, own_page),
            "slots": tokens.in_text(site),
        },
    )
    remarks = (composing.missing(gone),) if gone else ()
    return Digest(language, letter.subject, text, html, remarks)


def preview(letter: HandLetter, press: Press, *, language: str, now: datetime) -> Digest:
    """The letter as its readers would get it; its personal links lead nowhere."""
    return compose(
        _pretended(letter, now),
        letter,
        language=language,
        press=press,
        browser_path="/newsletter",
    )


def sample(
    letter: HandLetter, press: Press, *, address: str, language: str, now: datetime
) -> Envelope:
    """The letter as one message to `address`, marked as a test. Raises Refused."""
    edition = _pretended(letter, now)
    mail = preview(letter, press, language=language, now=now)
    marked = replace(mail, subject=i18n.translate(language, N_("[Test] ")) + mail.subject)
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


def _pretended(letter: HandLetter, now: datetime) -> Edition:
    """An edition that is not stored. Its number makes each test a message of its own."""
    number = int(now.timestamp() * 1000)
    return Edition(number, "letter", "test", "planned", letter.subject, "", now, None, 0)
