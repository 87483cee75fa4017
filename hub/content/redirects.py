"""Old addresses: each leads to a post, wherever that lives now."""

from datetime import datetime
from urllib.parse import unquote, urlsplit

from hub.content import store
from hub.db import Transaction

LONGEST = 500


def normalised(address: str) -> str:
    """What is stored and looked up: the path, decoded, without slashes at its ends.

    Takes a path or a whole URL; empty for the front page and for what is no path.
    """
    try:
        path = unquote(urlsplit(address.strip()).path)
    except ValueError:
        return ""
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    if ".." in segments or any(ord(c) < 32 for c in path):
        return ""
    return "/".join(segments)[:LONGEST]


def add(tx: Transaction, address: str, post_id: int, now: datetime) -> bool:
    """Let an old address lead to a post. False when it leads to another post already."""
    path = normalised(address)
    if not path or path == store.path_of_id(tx, post_id):
        return True
    owner = store.redirect_target(tx, path)
    if owner is None:
        store.put_redirect(tx, path, post_id, now)
        tx.site_changed()
    return owner in (None, post_id)


def moved(tx: Transaction, old: str, new: str, post_id: int, now: datetime) -> None:
    """A post went from `old` to `new` (paths): the old one leads to it, the new one nowhere."""
    store.drop_redirect(tx, normalised(new))
    store.put_redirect(tx, normalised(old), post_id, now)
    tx.site_changed()
