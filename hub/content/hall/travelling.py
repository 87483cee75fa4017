"""The arrangement as it leaves in an archive, and comes back: JSON that names posts by their uid.

What comes back passes the same checks as what is typed at the desk; a place that is arranged
already stays as it is.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hub.content import store as posts
from hub.content.hall import links, sections, store
from hub.content.hall.model import FIXED, HOME, PLACES, Card, Link
from hub.content.rendering import Rendered
from hub.db import Transaction
from hub.errors import HubError, Refused
from hub.site.model import Site


def as_json(tx: Transaction) -> str:
    """What the owner arranged; empty where nothing is."""
    arranged = store.arranged(tx)
    found: dict[str, object] = {
        place: [_line(tx, link) for link in store.links(tx, place)]
        for place in PLACES
        if place in arranged
    }
    if HOME in arranged:
        found[HOME] = list(_sections(tx))
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n" if found else ""


def restore(
    tx: Transaction,
    values: Mapping[str, Any],
    *,
    site: Site,
    rendered: Mapping[str, Rendered],
    now: datetime,
) -> Iterator[str]:
    """Arrange what nobody has arranged here; `rendered` are its `texts` as readers see them.

    Yields what could not be taken, in words.
    """
    arranged = store.arranged(tx)
    for place in PLACES:
        if place in values and place not in arranged:
            store.set_arranged(tx, place, now)
            for line in _objects(values[place]):
                what = _what(tx, line)
                label, address = _text(line, "label"), _text(line, "address")
                try:
                    with tx.savepoint():
                        links.add(tx, place, what, label=label, address=address, now=now)
                except HubError as error:
                    yield f"{place}: {label or address or what}: {error}"
    if HOME in values and HOME not in arranged:
        store.set_arranged(tx, HOME, now)
        for one in _objects(values[HOME]):
            try:
                with tx.savepoint():
                    _bring(tx, one, site=site, rendered=rendered, now=now)
            except HubError as error:
                yield f"home: {_text(one, 'title') or _text(one, 'kind')}: {error}"
    tx.site_changed()


def texts(values: Mapping[str, Any]) -> list[str]:
    """The texts of an arrangement that are Markdown."""
    return [text for one in _objects(values.get(HOME)) if (text := _text(one, "text"))]


def parsed(text: str) -> Mapping[str, Any]:
    """Raises Refused for what is no arrangement."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("this is no arrangement") from error
    if not isinstance(values, dict):
        raise Refused("this is no arrangement")
    return values


def _line(tx: Transaction, link: Link) -> dict[str, str]:
    line = {"kind": link.kind, "label": link.label}
    if link.kind == "page":
        return line | {"page": _uid(tx, link.post_id or 0)}
    if link.kind == "topic":
        return line | {"topic": link.target}
    return line if link.kind in FIXED else line | {"address": link.target}


def _sections(tx: Transaction) -> Iterator[dict[str, object]]:
    for section in store.sections(tx):
        values: dict[str, object] = {
            "kind": section.kind,
            "title": section.title,
            "topic": section.topic,
            "most": section.most if section.kind in ("latest", "topic") else 0,
            "text": section.text,
            "hidden": bool(section.hidden),
            "articles": [_uid(tx, one.post_id) for one in sections.chosen(tx, section.id)],
            "cards": [
                {"title": c.title, "text": c.text, "address": c.address, "picture": c.picture}
                for c in sections.cards(tx, section.id)
            ],
        }
        yield {name: value for name, value in values.items() if value not in ("", [], False)}


def _bring(
    tx: Transaction,
    values: Mapping[str, Any],
    *,
    site: Site,
    rendered: Mapping[str, Rendered],
    now: datetime,
) -> None:
    kind, text = _text(values, "kind"), _text(values, "text")
    if text and text not in rendered:
        raise Refused("this text cannot be shown")
    made = sections.add(tx, kind, now=now, posts_per_page=site.posts_per_page)
    sections.change(
        tx,
        made.id,
        title=_text(values, "title"),
        topic=_text(values, "topic"),
        most=str(values.get("most", "")),
        text=text,
        rendered=rendered.get(text),
    )
    for uid in values.get("articles") or ():
        post_id = posts.id_of_uid(tx, str(uid))
        if post_id is not None:
            sections.choose(tx, made.id, post_id)
    for card in _objects(values.get("cards")):
        words = (_text(card, name) for name in ("title", "text", "address", "picture"))
        sections.put_card(tx, Card(0, made.id, *words))
    if values.get("hidden") is True:
        sections.hide(tx, made.id, hidden=True)


def _what(tx: Transaction, line: Mapping[str, Any]) -> str:
    """What the desk's form would have sent."""
    kind = _text(line, "kind")
    if kind == "page":
        return f"page-{posts.id_of_uid(tx, _text(line, 'page'))}"
    return f"topic-{_text(line, 'topic')}" if kind == "topic" else kind


def _uid(tx: Transaction, post_id: int) -> str:
    post = posts.by_id(tx, post_id)
    return post.uid if post else ""


def _objects(values: object) -> list[Mapping[str, Any]]:
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value.replace("\0", "") if isinstance(value, str) else ""
