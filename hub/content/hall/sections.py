"""The sections of the home: as the theme has it until the owner arranges them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub import journal
from hub.content import media
from hub.content import store as posts
from hub.content.hall import addresses, store
from hub.content.hall.links import moved
from hub.content.hall.model import (
    HOME,
    MOST_ARTICLES,
    MOST_CARDS,
    MOST_CHOSEN,
    MOST_SECTIONS,
    SECTIONS,
    SINGLE,
    Card,
    Chosen,
    Section,
)
from hub.content.rendering import Rendered
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_

LONGEST_TITLE = 120
LONGEST_TEXT = 20_000
LONGEST_CARD_TEXT = 300
# How many a new section shows.
_USUAL = 3


def usual(posts_per_page: int) -> list[Section]:
    """What a home is made of that nobody arranged."""
    return [Section(0, "subscribe"), Section(0, "latest", most=posts_per_page)]


def of(tx: Transaction, posts_per_page: int) -> list[Section]:
    """The sections of the home in their order, hidden ones too."""
    return store.sections(tx) if HOME in store.arranged(tx) else usual(posts_per_page)


def begin(tx: Transaction, posts_per_page: int, now: datetime) -> None:
    """From now on the home is the owner's: what it is made of to begin with."""
    if HOME in store.arranged(tx):
        return
    for position, section in enumerate(usual(posts_per_page)):
        store.add_section(tx, position, section)
    store.set_arranged(tx, HOME, now)
    _changed(tx)


def reset(tx: Transaction) -> None:
    """The home as the theme has it; what was arranged is gone."""
    store.forget_home(tx)
    _changed(tx)


def find(tx: Transaction, section_id: int) -> Section:
    """Raises NotFound."""
    found = store.section(tx, section_id)
    if found is None:
        raise NotFound(N_("This section is not there any more."))
    return found


def add(tx: Transaction, kind: str, *, now: datetime, posts_per_page: int) -> Section:
    """A section at the end; one that needs words to be seen begins hidden. Raises Refused."""
    if kind not in SECTIONS:
        raise Refused(N_("Choose what the section shows."), field="kind")
    begin(tx, posts_per_page, now)
    there = store.sections(tx)
    if kind in SINGLE and any(one.kind == kind for one in there):
        raise Refused(N_("The home has this section already."), field="kind")
    if len(there) >= MOST_SECTIONS:
        raise Refused(N_("At most %(most)s sections."), field="kind", most=MOST_SECTIONS)
    made = Section(0, kind, most=posts_per_page if kind == "latest" else _USUAL)
    section_id = store.add_section(tx, len(there), made)
    store.order_sections(tx, [*(one.id for one in there), section_id])
    _changed(tx)
    return replace(made, id=section_id)


def change(
    tx: Transaction,
    section_id: int,
    *,
    title: str,
    topic: str = "",
    most: str = "",
    text: str = "",
    rendered: Rendered | None = None,
) -> Section:
    """What a section shows. `rendered` is `text` as readers see it. Raises Refused by field."""
    old = find(tx, section_id)
    section = replace(old, title=_line(title, "title", LONGEST_TITLE))
    if old.kind in ("latest", "topic"):
        section = replace(section, most=_number(most))
    if old.kind == "topic":
        if topic not in posts.topics_there(tx, [topic]):
            raise Refused(N_("Choose a topic."), field="topic")
        section = replace(section, topic=topic)
    if old.kind == "text":
        html = media.with_sizes(tx, rendered.html) if rendered else ""
        section = replace(section, text=_text(text, "text", LONGEST_TEXT), html=html)
    store.change_section(tx, section)
    _changed(tx)
    return section


def hide(tx: Transaction, section_id: int, *, hidden: bool) -> None:
    store.change_section(tx, replace(find(tx, section_id), hidden=int(hidden)))
    _changed(tx)


def move(tx: Transaction, section_id: int, *, down: bool) -> None:
    """A section changes places with its neighbour; at the end nothing happens."""
    find(tx, section_id)
    ids = [one.id for one in store.sections(tx)]
    store.order_sections(tx, moved(ids, section_id, down=down))
    _changed(tx)


def remove(tx: Transaction, section_id: int) -> None:
    store.drop_section(tx, find(tx, section_id).id)
    _changed(tx)


def chosen(tx: Transaction, section_id: int) -> list[Chosen]:
    """The articles that were chosen for a section."""
    return [one for one in store.chosen(tx) if one.section_id == section_id]


def choose(tx: Transaction, section_id: int, post_id: int) -> None:
    """Put an article at the end of a section; once is enough. Raises Refused."""
    section = _of_kind(tx, section_id, "chosen")
    post = posts.by_id(tx, post_id)
    if post is None or post.status == "deleted" or post.kind != "post":
        raise Refused(N_("There is no such article."))
    ids = [one.post_id for one in chosen(tx, section.id)]
    if len(ids) >= MOST_CHOSEN:
        raise Refused(N_("At most %(most)s articles."), field="q", most=MOST_CHOSEN)
    if post_id not in ids:
        _set_chosen(tx, section.id, [*ids, post_id])


def move_chosen(tx: Transaction, section_id: int, post_id: int, *, down: bool) -> None:
    ids = [one.post_id for one in chosen(tx, section_id)]
    if post_id in ids:
        _set_chosen(tx, section_id, moved(ids, post_id, down=down))


def drop_chosen(tx: Transaction, section_id: int, post_id: int) -> None:
    ids = [one.post_id for one in chosen(tx, section_id)]
    _set_chosen(tx, section_id, [one for one in ids if one != post_id])


def cards(tx: Transaction, section_id: int) -> list[Card]:
    """The cards of a section in their order."""
    return [card for card in store.cards(tx) if card.section_id == section_id]


def card(tx: Transaction, section_id: int, card_id: int) -> Card:
    """Raises NotFound."""
    for one in cards(tx, section_id):
        if one.id == card_id:
            return one
    raise NotFound(N_("This card is not there any more."))


def put_card(tx: Transaction, typed: Card) -> Card:
    """A new card (`id` 0) at the end of its section, or one changed. Raises Refused by field."""
    section = _of_kind(tx, typed.section_id, "cards")
    made = replace(
        typed,
        title=_line(typed.title, "title", LONGEST_TITLE, needed=True),
        text=_text(typed.text, "text", LONGEST_CARD_TEXT),
        address=addresses.checked(typed.address) if typed.address.strip() else "",
    )
    if made.picture and media.picture(tx, made.picture) is None:
        raise Refused(N_("There is no such picture."), field="picture")
    there = cards(tx, section.id)
    if made.id:
        store.change_card(tx, replace(made, id=card(tx, section.id, made.id).id))
    elif len(there) >= MOST_CARDS:
        raise Refused(N_("At most %(most)s cards."), field="title", most=MOST_CARDS)
    else:
        made = replace(made, id=store.add_card(tx, len(there), made))
        store.order_cards(tx, [*(one.id for one in there), made.id])
    _changed(tx)
    return made


def move_card(tx: Transaction, section_id: int, card_id: int, *, down: bool) -> None:
    card(tx, section_id, card_id)
    ids = [one.id for one in cards(tx, section_id)]
    store.order_cards(tx, moved(ids, card_id, down=down))
    _changed(tx)


def drop_card(tx: Transaction, section_id: int, card_id: int) -> None:
    store.drop_card(tx, card(tx, section_id, card_id).id)
    _changed(tx)


def _of_kind(tx: Transaction, section_id: int, kind: str) -> Section:
    section = find(tx, section_id)
    if section.kind != kind:
        raise NotFound(N_("This section is not there any more."))
    return section


def _set_chosen(tx: Transaction, section_id: int, ids: Sequence[int]) -> None:
    store.set_chosen(tx, section_id, ids)
    _changed(tx)


def _line(text: str, field: str, longest: int, *, needed: bool = False) -> str:
    line = " ".join(text.split())
    if needed and not line:
        raise Refused(N_("This cannot be empty."), field=field)
    return _text(line, field, longest)


def _text(text: str, field: str, longest: int) -> str:
    if len(text) > longest:
        raise Refused(N_("At most %(longest)s characters."), field=field, longest=longest)
    if any(ord(c) < 32 and c not in "\n\t" for c in text):
        raise Refused(N_("Control characters cannot be used."), field=field)
    return text


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MOST_ARTICLES:
        raise Refused(
            N_("This must be a number from %(least)s to %(most)s."),
            field="most",
            least=1,
            most=MOST_ARTICLES,
        )
    return int(text)


def _changed(tx: Transaction) -> None:
    journal.note(tx, "settings", "arranged", subject="home")
    tx.site_changed()
