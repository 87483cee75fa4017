"""All SQL of the hall. What readers see of the chosen articles: hub/content/listing.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.content.hall.model import Card, Chosen, Link, Section
from hub.db import Transaction, in_list

_SECTION = "id, kind, title, topic, most, text, html, hidden"
_CARD = "id, section_id, title, text, address, picture"


def arranged(tx: Transaction) -> set[str]:
    """What the owner has arranged: `menu`, `footer`, `home`."""
    places = "('menu', 'footer', 'home')"
    return set(tx.all(str, f"SELECT place FROM hall_places WHERE place IN {places}"))


def set_arranged(tx: Transaction, place: str, now: datetime) -> None:
    tx.execute(
        "INSERT INTO hall_places (place, since) VALUES (:place, :now)"
        " ON CONFLICT (place) DO NOTHING",
        place=place,
        now=now,
    )


def forget_links(tx: Transaction, place: str) -> None:
    """A place is as it comes again."""
    tx.execute("DELETE FROM hall_places WHERE place = :place", place=place)
    tx.execute("DELETE FROM hall_links WHERE place = :place", place=place)


def forget_home(tx: Transaction) -> None:
    """The home is as it comes again."""
    tx.execute("DELETE FROM hall_places WHERE place = 'home'")
    tx.execute("DELETE FROM hall_sections")


def links(tx: Transaction, *places: str) -> list[Link]:
    """The lines of places in their order, drafts of pages too."""
    marks, values = in_list("place", places)
    found = tx.all(
        Link,
        "SELECT l.id, l.place, l.kind, l.label, l.target, l.post_id,"
        " coalesce(t.name, l.target) AS topic,"
        " '' AS post_kind, '' AS post_slug, '' AS post_title, '' AS post_status"
        " FROM hall_links l LEFT JOIN topics t ON l.kind = 'topic' AND t.slug = l.target"
        f" WHERE l.place IN {marks} ORDER BY l.position, l.id",
        **values,
    )
    there = _posts(tx, (link.post_id for link in found if link.post_id is not None))
    return [_filled(link, there.get(link.post_id or 0)) for link in found]


def marked_pages(tx: Transaction) -> list[Link]:
    """The published pages that are marked for the menu, as lines, in the order they came."""
    return tx.all(
        Link,
        "SELECT 0 AS id, '' AS place, 'page' AS kind, '' AS label, '' AS target, p.id AS post_id,"
        " p.kind AS post_kind, p.slug AS post_slug, p.title AS post_title,"
        " p.status AS post_status, '' AS topic"
        " FROM posts p WHERE p.kind = 'page' AND p.status = 'published' AND p.in_menu = 1"
        " ORDER BY p.published_at, p.id",
    )


def add_link(tx: Transaction, place: str, position: int, link: Link) -> int:
    """A line at a position; its id."""
    return int(
        tx.scalar(
            "INSERT INTO hall_links (place, position, kind, post_id, target, label)"
            " VALUES (:place, :position, :kind, :post_id, :target, :label) RETURNING id",
            place=place,
            position=position,
            kind=link.kind,
            post_id=link.post_id,
            target=link.target,
            label=link.label,
        )
    )


def order_links(tx: Transaction, ids: Sequence[int]) -> None:
    """These lines stand in this order."""
    tx.executemany(
        "UPDATE hall_links SET position = :position WHERE id = :id",
        [{"id": one, "position": n} for n, one in enumerate(ids)],
    )


def change_link(tx: Transaction, link_id: int, *, label: str, target: str) -> None:
    tx.execute(
        "UPDATE hall_links SET label = :label, target = :target WHERE id = :id",
        id=link_id,
        label=label,
        target=target,
    )


def drop_link(tx: Transaction, link_id: int) -> None:
    tx.execute("DELETE FROM hall_links WHERE id = :id", id=link_id)


def drop_post(tx: Transaction, post_id: int) -> None:
    """A post is gone for good, and so is what led to it."""
    tx.execute("DELETE FROM hall_links WHERE post_id = :id", id=post_id)
    tx.execute("DELETE FROM hall_chosen WHERE post_id = :id", id=post_id)


def mark_page(tx: Transaction, post_id: int, in_menu: bool) -> None:
    """Whether a page is to stand in the menu."""
    tx.execute("UPDATE posts SET in_menu = :on WHERE id = :id", id=post_id, on=int(in_menu))


def sections(tx: Transaction) -> list[Section]:
    """The sections of the home in their order, hidden ones too."""
    return tx.all(Section, f"SELECT {_SECTION} FROM hall_sections ORDER BY position, id")


def section(tx: Transaction, section_id: int) -> Section | None:
    return tx.one(Section, f"SELECT {_SECTION} FROM hall_sections WHERE id = :id", id=section_id)


def add_section(tx: Transaction, position: int, made: Section) -> int:
    """A section at a position; its id."""
    return int(
        tx.scalar(
            "INSERT INTO hall_sections (position, kind, title, topic, most, text, html, hidden)"
            " VALUES (:position, :kind, :title, :topic, :most, :text, :html, :hidden)"
            " RETURNING id",
            position=position,
            kind=made.kind,
            title=made.title,
            topic=made.topic,
            most=made.most,
            text=made.text,
            html=made.html,
            hidden=made.hidden,
        )
    )


def change_section(tx: Transaction, changed: Section) -> None:
    """What a section says, but its place."""
    tx.execute(
        "UPDATE hall_sections SET title = :title, topic = :topic, most = :most, text = :text,"
        " html = :html, hidden = :hidden WHERE id = :id",
        id=changed.id,
        title=changed.title,
        topic=changed.topic,
        most=changed.most,
        text=changed.text,
        html=changed.html,
        hidden=changed.hidden,
    )


def order_sections(tx: Transaction, ids: Sequence[int]) -> None:
    """The sections stand in this order."""
    tx.executemany(
        "UPDATE hall_sections SET position = :position WHERE id = :id",
        [{"id": one, "position": n} for n, one in enumerate(ids)],
    )


def drop_section(tx: Transaction, section_id: int) -> None:
    tx.execute("DELETE FROM hall_sections WHERE id = :id", id=section_id)


def cards(tx: Transaction) -> list[Card]:
    """Every card of the home, in their order."""
    return tx.all(Card, f"SELECT {_CARD} FROM hall_cards ORDER BY section_id, position, id")


def add_card(tx: Transaction, position: int, card: Card) -> int:
    """A card at a position; its id."""
    return int(
        tx.scalar(
            "INSERT INTO hall_cards (section_id, position, title, text, address, picture)"
            " VALUES (:section_id, :position, :title, :text, :address, :picture) RETURNING id",
            section_id=card.section_id,
            position=position,
            title=card.title,
            text=card.text,
            address=card.address,
            picture=card.picture,
        )
    )


def change_card(tx: Transaction, card: Card) -> None:
    tx.execute(
        "UPDATE hall_cards SET title = :title, text = :text, address = :address,"
        " picture = :picture WHERE id = :id",
        id=card.id,
        title=card.title,
        text=card.text,
        address=card.address,
        picture=card.picture,
    )


def order_cards(tx: Transaction, ids: Sequence[int]) -> None:
    tx.executemany(
        "UPDATE hall_cards SET position = :position WHERE id = :id",
        [{"id": one, "position": n} for n, one in enumerate(ids)],
    )


def drop_card(tx: Transaction, card_id: int) -> None:
    tx.execute("DELETE FROM hall_cards WHERE id = :id", id=card_id)


def chosen(tx: Transaction) -> list[Chosen]:
    """The articles that were chosen for sections, in their order, drafts too."""
    found = tx.all(
        Chosen,
        "SELECT section_id, post_id, '' AS title, '' AS status FROM hall_chosen"
        " ORDER BY section_id, position, post_id",
    )
    there = _posts(tx, (one.post_id for one in found))
    return [
        replace(one, title=there[one.post_id].title, status=there[one.post_id].status)
        for one in found
    ]


def set_chosen(tx: Transaction, section_id: int, post_ids: Sequence[int]) -> None:
    """These articles stand in a section, in this order."""
    tx.execute("DELETE FROM hall_chosen WHERE section_id = :id", id=section_id)
    tx.executemany(
        "INSERT INTO hall_chosen (section_id, post_id, position)"
        " VALUES (:section_id, :post_id, :position)",
        [{"section_id": section_id, "post_id": p, "position": n} for n, p in enumerate(post_ids)],
    )


@dataclass(frozen=True, slots=True)
class _Post:
    id: int
    kind: str
    slug: str
    title: str
    status: str


def _posts(tx: Transaction, ids: Iterable[int]) -> dict[int, _Post]:
    """By their ids alone: joined, PostgreSQL would go through all of them."""
    marks, values = in_list("id", ids)
    if not values:
        return {}
    sql = f"SELECT id, kind, slug, title, status FROM posts WHERE id IN {marks}"
    return {post.id: post for post in tx.all(_Post, sql, **values)}


def _filled(link: Link, post: _Post | None) -> Link:
    if post is None:
        return link
    return replace(
        link,
        post_kind=post.kind,
        post_slug=post.slug,
        post_title=post.title,
        post_status=post.status,
    )
