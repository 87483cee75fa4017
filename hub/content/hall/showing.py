"""The hall as readers see it: the lines of menu and footer, and the sections of the home."""

from dataclasses import dataclass

from hub import i18n
from hub.content import article_pictures, listing
from hub.content.hall import links, store
from hub.content.hall.model import (
    FIXED,
    HOME,
    IN_FOOTER,
    SINGLE,
    Card,
    Entry,
    Link,
    Place,
    Section,
)
from hub.content.listing import Listed, Scope
from hub.content.model import Summary
from hub.db import Transaction


@dataclass(frozen=True, slots=True)
class Shown:
    """A section of the home. `url` is where there is more of a topic; `html` is safe."""

    kind: str
    title: str
    items: tuple[Listed[Summary], ...] = ()
    cards: tuple[Card, ...] = ()
    html: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """A home that its owner arranged. `per_page` is how many of the latest a page of it shows,
    0 where they are no section; `pictures` are those of its articles and cards."""

    sections: tuple[Shown, ...]
    per_page: int
    pictures: frozenset[str]


def entries(tx: Transaction, language: str) -> dict[Place, list[Entry]]:
    """The lines of every place that lead somewhere, as they are read in a language."""
    return {
        place: [Entry(title_of(x, place, language), x.url) for x in lines if x.is_shown]
        for place, lines in links.of_all(tx).items()
    }


def title_of(link: Link, place: Place, language: str) -> str:
    """What a line says: the owner's word, else the name of what it leads to."""
    if link.label:
        return link.label
    if link.kind in FIXED:
        _, name = FIXED[link.kind]
        return i18n.translate(language, IN_FOOTER.get(link.kind, name) if place != "menu" else name)
    return link.post_title or link.topic or link.target


def home(tx: Transaction) -> Home | None:
    """The home as its owner arranged it; None where nobody did."""
    if HOME not in store.arranged(tx):
        return None
    arranged = [section for section in store.sections(tx) if not section.hidden]
    cards = store.cards(tx) if any(s.kind == "cards" for s in arranged) else []
    chosen: dict[int, list[Listed[Summary]]] = {}
    if any(section.kind == "chosen" for section in arranged):
        picked = store.chosen(tx)
        found = {item.post.id: item for item in listing.these(tx, {one.post_id for one in picked})}
        for one in picked:
            if one.post_id in found:
                chosen.setdefault(one.section_id, []).append(found[one.post_id])
    shown = [_shown(tx, section, cards, chosen.get(section.id, [])) for section in arranged]
    kept = tuple(section for section in shown if _has_something(section))
    covers = (item.post.cover for section in kept for item in section.items)
    pictures = (card.picture for section in kept for card in section.cards)
    return Home(
        sections=kept,
        per_page=next((s.most for s in arranged if s.kind == "latest"), 0),
        pictures=frozenset(address for address in (*covers, *pictures) if address),
    )


def _shown(
    tx: Transaction, section: Section, cards: list[Card], chosen: list[Listed[Summary]]
) -> Shown:
    title = section.title
    if section.kind == "topic":
        topic = listing.topic(tx, section.topic)
        if topic is None:
            return Shown("topic", title)
        items = listing.latest(tx, Scope("topic", topic.slug), limit=section.most)
        return Shown("topic", title or topic.name, tuple(items), url=topic.path)
    if section.kind == "text":
        html = article_pictures.for_a_page(tx, section.html, below_cover=True)
        return Shown("text", title, html=html)
    mine = tuple(card for card in cards if card.section_id == section.id)
    return Shown(section.kind, title, tuple(chosen), mine)


def _has_something(section: Shown) -> bool:
    """Whether readers would see more of it than its title."""
    return section.kind in SINGLE or bool(section.items or section.cards or section.html)
