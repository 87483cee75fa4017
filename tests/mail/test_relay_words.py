"""Why a mail server cannot be used is said in plain words, with the machine's own behind."""

import pytest

from hub.mail import relay_words

_OUT = "the relay cannot be reached: "


@pytest.mark.parametrize(
    ("reason", "words", "answer"),
    [
        (
            f"{_OUT}Error connecting to mail.test on port 587: [Errno 111] Connection refused",
            "Nothing answers on port 587 of mail.test.",
            "Error connecting to mail.test on port 587: [Errno 111] Connection refused",
        ),
        (f"{_OUT}no answer within 15 seconds", "does not answer", "no answer within 15 seconds"),
        (f"{_OUT}Timed out connecting to mail.test", "does not answer", "Timed out"),
        (f"{_OUT}[Errno -2] Name or service not known", "No server called mail.test", "-2"),
        (f"{_OUT}Connection lost", "ended the connection", "Connection lost"),
        (f"{_OUT}[Errno 113] No route to host", "no connection to mail.test, port 587", "113"),
        ("the relay refuses the log-in: 535 no", "user name or the password", "535 no"),
        ("the relay's certificate is not valid: old", "certificate of mail.test", "old"),
        ("no secure connection to the relay: WRONG", "no encrypted connection", "WRONG"),
        ("the relay refuses the sender: 550 5.7.1", "your address", "550 5.7.1"),
        ("the relay refuses: 554 no", "refuses the hub's mail", "554 no"),
        ("the relay answers 421 later", "tries again by itself", "421 later"),
    ],
)
def test_a_note_of_the_ledger_says_what_to_look_at(reason: str, words: str, answer: str) -> None:
    told = relay_words.told("mail.test:587", reason)
    assert told is not None
    assert words in told.text % told.values
    assert answer in told.answer


def test_an_address_of_ipv6_is_named_without_brackets() -> None:
    told = relay_words.told("[::1]:25", f"{_OUT}x")
    assert told is not None
    assert told.values == {"host": "::1", "port": "25"}


def test_a_note_of_another_kind_is_left_to_others() -> None:
    assert relay_words.told("mail.test:25", "the outbox cannot be written: full") is None
