"""A change of the pages in words: what it is about, what it was, what it is now."""

import difflib
import re
from dataclasses import dataclass

from hub import i18n
from hub.i18n import N_
from hub.law.kept import KEPT
from hub.law.model import Change, Difference, Value

_LABELS = {
    "publisher": N_("Publisher"),
    "publisher_details": N_("Details of the publisher"),
    "publisher_address": N_("Address of the publisher"),
    "publisher_phone": N_("Telephone"),
    "publisher_email": N_("E-mail address"),
    "publication_director": N_("Director of publication"),
    "host_name": N_("Host"),
    "host_address": N_("Address of the host"),
    "host_phone": N_("Telephone of the host"),
    "relays": N_("Mail server that newsletters leave by"),
    "providers": N_("Who reports undeliverable mail to us"),
    "websub": N_("Who is told of new articles"),
    "retention_months": N_("Months of silence after which we ask, then erase"),
    "consent_text": N_("What readers agree to"),
    "welcome_mail": N_("A mail that welcomes new readers"),
    "count_clicks": N_("Presses of links, counted without persons"),
    "kept": N_("What is stored"),
    "legal_notice": N_("Our own words on the legal notice"),
    "privacy_notice": N_("Our own words on the privacy page"),
    "trust_notice": N_("Our own words on the page of trust"),
    "wording": N_("The wording of these pages, by a new version of the hub"),
}
_KEPT = {row.name: row.what for row in KEPT}
_LONG = ("legal_notice", "privacy_notice", "trust_notice")
_NOTHING = N_("nothing")


@dataclass(frozen=True, slots=True)
class Said:
    """One difference: what it is about, and what went and what came, each a line or more."""

    label: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


def said(change: Change, language: str) -> tuple[Said, ...]:
    """The differences of an entry in a language."""
    return tuple(_said(difference, language) for difference in change.differences)


def as_markdown(change: Change, language: str) -> str:
    """The same as the text of a letter."""
    lines = []
    for one in said(change, language):
        lines.append(f"- **{_escaped(one.label)}**")
        for mark, texts in ((N_("Before:"), one.gone), (N_("Now:"), one.come)):
            word = i18n.translate(language, mark)
            lines += [f"    - {word} {_escaped(' '.join(text.split()))}" for text in texts]
    return "\n".join(lines)


def _said(difference: Difference, language: str) -> Said:
    name, before, after = difference
    label = i18n.translate(language, _LABELS.get(name, name))
    if name == "wording":
        return Said(label, (), ())
    if name in _LONG:
        return Said(label, *_paragraphs(str(before), str(after)))
    if isinstance(before, tuple) and isinstance(after, tuple):
        gone = [value for value in before if value not in after]
        come = [value for value in after if value not in before]
        return Said(label, _shown(gone, language), _shown(come, language))
    return Said(label, (_value(name, before, language),), (_value(name, after, language),))


def _value(name: str, value: Value, language: str) -> str:
    if isinstance(value, bool):
        return i18n.translate(language, N_("yes") if value else N_("no"))
    if name == "consent_text" and not value:
        return i18n.translate(language, N_("the hub’s own text"))
    if name == "retention_months" and not value:
        return i18n.translate(language, N_("never"))
    return str(value) or i18n.translate(language, _NOTHING)


def _shown(values: list[str], language: str) -> tuple[str, ...]:
    return tuple(
        i18n.translate(language, _KEPT[value]) if value in _KEPT else value for value in values
    )


def _paragraphs(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paragraphs that went, and those that came."""
    old, new = (
        re.split(r"\n\s*\n", text.strip()) if text.strip() else [] for text in (before, after)
    )
    gone: list[str] = []
    come: list[str] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            gone += old[i:j]
            come += new[k:m]
    return tuple(gone), tuple(come)


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~-])", r"\\\1", text)
