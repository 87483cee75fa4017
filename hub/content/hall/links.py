"""The lines of menu and footer: as they come until the owner arranges them, then as arranged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub import journal
from hub.content import store as posts
from hub.content.hall import addresses, store
from hub.content.hall.model import FIXED, MOST_LINKS, PLACES, Link, Place
from hub.content.model import Post
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_

LONGEST_LABEL = 60
_GONE = N_("This line is not there any more.")


def of(tx: Transaction, place: Place) -> list[Link]:
    """The lines of a place, arranged or as they come; drafts of pages too."""
    return of_all(tx)[place]


def of_all(tx: Transaction) -> dict[Place, list[Link]]:
    """The same of every place, in few questions: every page of the site asks for it."""
    arranged = store.arranged(tx)
    own = [place for place in PLACES if place in arranged]
    lines = store.links(tx, *own) if own else []
    pages = store.marked_pages(tx) if len(own) < len(PLACES) else []
    return {
        place: [line for line in lines if line.place == place]
        if place in own
        else usual(pages, place)
        for place in PLACES
    }


def usual(pages: Sequence[Link], place: Place) -> list[Link]:
    """The lines of a place that nobody arranged; `pages` are those marked for the menu."""
    if place == "menu":
        return [*pages, Link(0, "archive", ""), Link(0, "search", "")]
    fixed = [Link(0, kind, "") for kind in ("archive", "newsletter", "preferences")]
    return [*fixed, *pages]


def place_named(text: str) -> Place:
    """Raises NotFound for what is neither menu nor footer."""
    for place in PLACES:
        if place == text:
            return place
    raise NotFound(N_("There is no such page."))


def add(
    tx: Transaction, place: Place, what: str, *, label: str, address: str, now: datetime
) -> Link:
    """A line at the end. `what` is `archive` and the like, `page-12`, `topic-sea` or `address`.

    Raises Refused with the field: for what stands there already, for an address that cannot be
    used, for a label that is too long, or missing beside an address.
    """
    label = _label(label)
    kind, _, key = what.partition("-")
    if kind == "address":
        if not label:
            raise Refused(N_("Write what readers see, such as “Our shop”."), field="label")
        link = Link(0, kind, label, target=addresses.checked(address))
    elif kind == "page" and key.isascii() and key.isdigit() and len(key) <= 18:
        post = posts.by_id(tx, int(key))
        if post is None or post.status == "deleted":
            raise Refused(_CHOOSE, field="what")
        link = Link(0, kind, label, post_id=post.id)
    elif kind == "topic" and key in posts.topics_there(tx, [key]):
        link = Link(0, kind, label, target=key)
    elif what in FIXED:
        link = Link(0, what, label)
    else:
        raise Refused(_CHOOSE, field="what")
    _begin(tx, place, now)
    there = store.links(tx, place)
    if link.kind != "address" and any(one.name == link.name for one in there):
        raise Refused(N_("This stands there already."), field="what")
    if len(there) >= MOST_LINKS:
        raise Refused(N_("At most %(most)s lines."), field="what", most=MOST_LINKS)
    made = replace(link, id=_append(tx, place, there, link))
    if place == "menu" and link.post_id is not None:
        store.mark_page(tx, link.post_id, True)
    _changed(tx, place)
    return made


def find(tx: Transaction, place: Place, name: str) -> Link:
    """The line of that name. Raises NotFound."""
    for link in of(tx, place):
        if link.name == name:
            return link
    raise NotFound(_GONE)


def rename(
    tx: Transaction, place: Place, name: str, *, label: str, address: str, now: datetime
) -> Link:
    """Change what a line says, and where one with an address of its own leads."""
    _begin(tx, place, now)
    link = find(tx, place, name)
    label = _label(label)
    target = link.target
    if link.kind == "address":
        if not label:
            raise Refused(N_("Write what readers see, such as “Our shop”."), field="label")
        target = addresses.checked(address)
    store.change_link(tx, link.id, label=label, target=target)
    _changed(tx, place)
    return link


def move(tx: Transaction, place: Place, name: str, *, down: bool, now: datetime) -> None:
    """A line changes places with the one before or after it; at the end nothing happens."""
    _begin(tx, place, now)
    ids = [link.id for link in store.links(tx, place)]
    store.order_links(tx, moved(ids, find(tx, place, name).id, down=down))
    _changed(tx, place)


def remove(tx: Transaction, place: Place, name: str, *, now: datetime) -> None:
    """Take a line away. A page that leaves the menu is not marked for it any more."""
    _begin(tx, place, now)
    link = find(tx, place, name)
    store.drop_link(tx, link.id)
    if place == "menu" and link.post_id is not None:
        store.mark_page(tx, link.post_id, False)
    _changed(tx, place)


def reset(tx: Transaction, place: Place) -> None:
    """As it comes again: with every published page that is marked for the menu."""
    store.forget_links(tx, place)
    _changed(tx, place)


def follow(tx: Transaction, post: Post) -> None:
    """An arranged menu holds what is published and marked for it, new ones at the end."""
    if post.kind != "page" or "menu" not in store.arranged(tx):
        return
    there = store.links(tx, "menu")
    mine = next((link for link in there if link.post_id == post.id), None)
    if mine is not None and not post.in_menu:
        store.drop_link(tx, mine.id)
    elif mine is None and post.in_menu and post.status == "published" and len(there) < MOST_LINKS:
        _append(tx, "menu", there, Link(0, "page", "", post_id=post.id))


def moved(ids: Sequence[int], one: int, *, down: bool) -> list[int]:
    """The same in another order: `one` has changed places with its neighbour, if it has one."""
    order = list(ids)
    at = order.index(one)
    other = at + 1 if down else at - 1
    if 0 <= other < len(order):
        order[at], order[other] = order[other], order[at]
    return order


def _begin(tx: Transaction, place: Place, now: datetime) -> None:
    """From now on the lines of a place are the owner's: those that stand there to begin with."""
    if place in store.arranged(tx):
        return
    for position, link in enumerate(usual(store.marked_pages(tx), place)):
        store.add_link(tx, place, position, link)
    store.set_arranged(tx, place, now)


def _append(tx: Transaction, place: Place, there: Sequence[Link], link: Link) -> int:
    made = store.add_link(tx, place, len(there), link)
    store.order_links(tx, [*(one.id for one in there), made])
    return made


def _label(text: str) -> str:
    label = " ".join(text.split())
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise Refused(N_("At most %(longest)s characters."), field="label", longest=LONGEST_LABEL)
    return label


_CHOOSE = N_("Choose where the line leads.")


def _changed(tx: Transaction, place: Place) -> None:
    journal.note(tx, "settings", "arranged", subject=place)
    tx.site_changed()
