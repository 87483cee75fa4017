"""Every text of the hub has its French one."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from hub import i18n

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Message]:
    """What the source marks for translation, extracted now."""
    target = tmp_path_factory.mktemp("texts") / "hub.pot"
    options = ["-k", "_", "-k", "N_", "-F", "babel.cfg", "-o", str(target)]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "babel.messages.frontend",
            "-q",
            "extract",
            *options,
            "hub",
            "themes",
        ],
        cwd=ROOT,
        check=True,
    )
    with target.open("rb") as file:
        found = {str(message.id): message for message in read_po(file) if message.id}
    # Both the code and the templates were read.
    assert {"There is no such page.", "Subscribe"} <= found.keys()
    return found


def _translated(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or [])
    return not message.fuzzy and bool(strings) and all(strings)


def test_french_is_complete(texts: dict[str, Message]) -> None:
    with (ROOT / "hub/locale/fr/LC_MESSAGES/hub.po").open("rb") as file:
        french = {str(m.id): m for m in read_po(file, locale="fr") if m.id}
    missing = [text for text in texts if text not in french or not _translated(french[text])]
    assert not missing


def french_texts() -> list[str]:
    with (ROOT / "hub/locale/fr/LC_MESSAGES/hub.po").open("rb") as file:
        found = [message.string for message in read_po(file, locale="fr") if message.id]
    return [text for one in found for text in ([one] if isinstance(one, str) else one or ())]


def test_slots_of_a_text_are_in_its_translation() -> None:
    with (ROOT / "hub/locale/fr/LC_MESSAGES/hub.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    problems = [(m.id, str(error)) for m, errors in catalogue.check() for error in errors]
    assert not problems


# What French sets a space before or after, and a browser must not break there. Names that are
# written into a setting, and Markdown, are no French.
LOOSE = re.compile(r"(?<![\u202f\u00a0])[;!?»](?!\w)|(?<![\u202f\u00a0]):(?=\s|$)|«(?!\u00a0)")
NOT_FRENCH = re.compile(r"https?:\S*|Ada Lovelace:|!\[|&gt;|[A-Z_]{2,}:")


def test_french_signs_keep_their_space() -> None:
    loose = [text for text in french_texts() if LOOSE.search(NOT_FRENCH.sub("", text))]
    assert loose == []


def test_a_regional_tag_finds_its_language() -> None:
    assert i18n.known("fr-CA") == "fr"
    assert i18n.known("de") == "en"


def test_dates_are_written_as_the_language_does() -> None:
    moment = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    assert i18n.long_date(moment, "en", "Europe/Paris") == "29 November 2026"
    assert i18n.long_date(moment, "fr", "UTC") == "28 novembre 2026"


def test_french_counts_the_first_of_a_month() -> None:
    first = datetime(2026, 5, 1, 7, 5, tzinfo=UTC)
    assert i18n.long_date(first, "fr") == "1er mai 2026"
    assert i18n.day_and_month(first, "fr") == "1er mai"
    assert i18n.date_and_time(first, "fr", "Europe/Paris") == "vendredi 1er mai 2026 à 09:05"
    assert i18n.long_date(first, "en") == "1 May 2026"


def test_a_state_in_a_text_is_translated_too() -> None:
    text = "%(address)s is on the list already (%(status)s)."
    shown = i18n.translate("fr", text, address="active", status=i18n.Word("bounced"))
    assert shown == "active est déjà dans la liste (adresse en erreur)."
