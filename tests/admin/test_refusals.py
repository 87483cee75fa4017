"""What a mail server answers, in words."""

import pytest

from hub.admin import refusals


@pytest.mark.parametrize(
    ("code", "reply", "words"),
    [
        (550, "5.1.1 no such user", "there is no such mailbox"),
        (552, "5.2.2 over quota", "the mailbox is full"),
        (552, "mailbox full", "the mailbox is full"),
        (552, "too big", "their server refuses this mail as it is"),
        (552, "5.3.4 too big", "the mail is too large for their server"),
        (550, "5.7.1 not from you", "their server does not take mail from you"),
        (451, "4.7.1 greylisted", "their server asks to try again later"),
        (550, "no", "their server refuses this mail, and gives no reason"),
        (550, "User unknown", "their server says that it does not know this address"),
        (554, "Blocked by policy", "their server does not take mail from you"),
        (None, "no answer to the message: the server closed the connection", "the server had"),
        (None, "before the message: the server closed the connection", "the connection broke off"),
        (None, "given up after 48 hours: no", ""),
    ],
)
def test_an_answer_is_put_into_words(code: int | None, reply: str, words: str) -> None:
    said = refusals.words(code, reply)
    assert said.startswith(words)
    assert bool(said) is bool(words)
