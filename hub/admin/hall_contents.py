"""What is pressed inside the form of a section: articles and cards come in, go up, down and away.

Each button sends the whole form, so that a heading that was typed is kept with it.
"""

from dataclasses import dataclass

from hub.admin.forms import number
from hub.admin.hall import pressed
from hub.content.hall import sections
from hub.content.hall.model import Section
from hub.db import Transaction
from hub.web.forms import Form

_ACTS = ("add", "up", "down", "remove")


@dataclass(frozen=True, slots=True)
class Press:
    """A button of the form: what it does, and to which article or card."""

    what: str
    which: int


@dataclass(frozen=True, slots=True)
class Landing:
    """Where the page comes back to: the place, the button there with the focus, what it says."""

    at: str
    press: str
    notice: str


def press_of(form: Form) -> Press | None:
    """The button that was pressed; None for the one that saves."""
    return next((Press(act, number(form.text(act)) or 0) for act in _ACTS if form.flag(act)), None)


def act(tx: Transaction, section: Section, press: Press) -> Landing:
    """Do it. Raises Refused and NotFound as `sections` does."""
    if section.kind == "cards":
        return _with_a_card(tx, section.id, press)
    return _with_an_article(tx, section.id, press)


def _with_an_article(tx: Transaction, section_id: int, press: Press) -> Landing:
    if press.what == "remove":
        sections.drop_chosen(tx, section_id, press.which)
        return Landing("articles", "", "removed")
    if press.what == "add":
        sections.choose(tx, section_id, press.which)
        return Landing(f"article-{press.which}", "", "in-place")
    down = press.what == "down"
    sections.move_chosen(tx, section_id, press.which, down=down)
    ids = [one.post_id for one in sections.chosen(tx, section_id)]
    return _moved(f"article-{press.which}", ids, press.which, down)


def _with_a_card(tx: Transaction, section_id: int, press: Press) -> Landing:
    if press.what == "remove":
        sections.drop_card(tx, section_id, press.which)
        return Landing("cards", "", "removed")
    down = press.what == "down"
    sections.move_card(tx, section_id, press.which, down=down)
    ids = [card.id for card in sections.cards(tx, section_id)]
    return _moved(f"card-{press.which}", ids, press.which, down)


def _moved(at: str, ids: list[int], which: int, down: bool) -> Landing:
    focus = pressed(ids.index(which), len(ids), down) if which in ids else ""
    return Landing(at, focus, "moved")
