"""What the ledger keeps in English is said in the owner's language."""

import pytest

from hub.admin import replies


@pytest.mark.parametrize(
    ("note", "french"),
    [
        ("no new articles", "aucun nouvel article"),
        (
            "given up after 48 hours: the relay refuses: 550 unknown",
            "abandonné après 48\u00a0heures\u00a0: le serveur d’envoi refuse\u00a0: 550 unknown",
        ),
        (
            "one.test:25: the relay refuses: 550 no; two.test:587: the relay answers 421 later; x",
            "one.test:25\u00a0: le serveur d’envoi refuse\u00a0: 550 no; "
            "two.test:587\u00a0: le serveur d’envoi répond\u00a0: 421 later; x",
        ),
        ("550 5.1.1 no such user", "550 5.1.1 no such user"),
        ("", ""),
    ],
)
def test_a_note_is_said_in_french(note: str, french: str) -> None:
    assert replies.said(note, "fr") == french
    assert replies.said(note, "en") == note


def test_an_origin_is_said_in_french() -> None:
    assert replies.origin("form", "fr") == "le formulaire du site"
    assert replies.origin("import list.csv", "fr") == "importation de list.csv"
    assert replies.origin("the fair in May", "fr") == "the fair in May"
