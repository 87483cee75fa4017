"""What the desk calls the sections of a home, and what each of them holds, in a line."""

import html
import re
from collections.abc import Sequence

from hub import i18n
from hub.content import listing
from hub.content.hall import store
from hub.content.hall.model import Section
from hub.db import Transaction
from hub.i18n import N_
from hub.site.model import Site

_TAG = re.compile(r"<[^>]*>")

KINDS = {
    "latest": N_("Latest articles"),
    "chosen": N_("Chosen articles"),
    "topic": N_("A topic’s latest"),
    "subscribe": N_("Form to subscribe"),
    "text": N_("Text"),
    "cards": N_("Cards"),
}
HELP = {
    "latest": N_("The newest, with the way to older ones."),
    "chosen": N_("Articles that you pick, in your order."),
    "topic": N_("The newest about one topic, with the way to all of them."),
    "subscribe": N_("Where readers leave their address."),
    "text": N_("A few words of your own, in Markdown."),
    "cards": N_("Offers, partners, services: each with a title, a text, a picture, a link."),
}


def summaries(tx: Transaction, home: Sequence[Section], site: Site) -> dict[int | str, str]:
    """What is in each section, by its id, or by its kind where it has none yet."""
    cards: dict[int, list[str]] = {}
    for card in store.cards(tx):
        cards.setdefault(card.section_id, []).append(card.title)
    chosen: dict[int, list[str]] = {}
    for one in store.chosen(tx):
        chosen.setdefault(one.section_id, []).append(one.title)
    topics = [section.topic for section in home if section.topic]
    names = {topic.slug: topic.name for topic in listing.named_topics(tx, topics)}
    found: dict[int | str, str] = {}
    for section in home:
        held = {
            "latest": i18n.translate(site.language, N_("Articles: %(count)s"), count=section.most),
            "topic": names.get(section.topic, ""),
            "text": " ".join(html.unescape(_TAG.sub(" ", section.html)).split())[:120],
            "cards": ", ".join(cards.get(section.id, [])),
            "chosen": ", ".join(chosen.get(section.id, [])),
        }
        found[section.id or section.kind] = held.get(section.kind, "")[:200]
    return found
