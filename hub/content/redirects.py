"""Old addresses: each leads to a post, wherever that lives now, or to a chosen address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit

from hub.content import listing, missed_store, redirect_store, store
from hub.db import Transaction
from hub.errors import Conflict, Refused
from hub.i18n import N_
from hub.site.model import Site

LONGEST = 500
LONGEST_TARGET = 2_000
_SAFE = "/~!$&'()*+,;=:@%?#"
_NO_ADDRESS = N_("This is no address: write /about or https://example.org/page.")

# Whether the hub itself answers at a path such as `/archive`, whatever is written on the site.
IsOwn = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an old address is to lead: a post, or (`post_id` 0) an address as it is sent."""

    post_id: int
    address: str


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


def choose(
    tx: Transaction,
    address: str,
    to: str,
    *,
    site: Site,
    is_own: IsOwn,
    now: datetime,
    instead_of: str = "",
) -> str:
    """Let an address lead to what the owner typed; the path as it is stored.

    `to` is a path of this site or a whole URL; one where an article or page lives follows it when
    it moves. `instead_of` is the path of the redirect that is being changed. Raises Refused for
    what cannot be used and Conflict for what something lives at already, `field` says where.
    """
    path = _free(tx, address, is_own)
    if path != instead_of and redirect_store.get(tx, path) is not None:
        raise Conflict(
            N_("“/%(path)s” leads somewhere already; change that redirect instead."),
            field="path",
            path=path,
        )
    found = destination(tx, to, site=site, is_own=is_own)
    _refuse_circle(tx, path, found)
    if instead_of and instead_of != path:
        store.drop_redirect(tx, instead_of)
    if found.post_id:
        store.put_redirect(tx, path, found.post_id, now)
    else:
        redirect_store.put_address(tx, path, found.address, now)
    missed_store.drop(tx, path)
    tx.site_changed()
    return path


def remove(tx: Transaction, path: str) -> None:
    """The address leads nowhere any more."""
    store.drop_redirect(tx, path)
    tx.site_changed()


def destination(tx: Transaction, to: str, *, site: Site, is_own: IsOwn) -> Destination:
    """What the owner typed, understood. Raises Refused (field `target`) for what leads nowhere."""
    text = to.strip()
    if not text:
        raise _refused(N_("Say where it leads: an address of this site, or a whole one."))
    if len(text) > LONGEST_TARGET:
        raise _refused(N_("At most %(longest)s characters."), longest=LONGEST_TARGET)
    unreadable = any(ord(c) <= 32 or ord(c) == 127 for c in text) or "\\" in text
    if unreadable or text.startswith("//"):
        raise _refused(_NO_ADDRESS)
    if not text.startswith("/") and ":" in text.partition("/")[0]:
        text = _foreign(text, site)
        if not text.startswith("/"):
            return Destination(0, text)
    return _here(tx, text if text.startswith("/") else f"/{text}", is_own)


def lives(tx: Transaction, path: str) -> bool:
    """Whether readers find an article, page, topic or author at a path (as it is stored)."""
    folder, _, rest = path.partition("/")
    if folder == "posts" and rest:
        return listing.published(tx, "post", rest) is not None
    if folder == "topics" and rest:
        topic = listing.topic(tx, rest)
        return topic is not None and listing.has_any(tx, listing.Scope("topic", topic.slug))
    if folder == "authors" and rest:
        author = listing.author(tx, rest)
        return author is not None and listing.has_any(tx, listing.Scope("author", author.id))
    return listing.published(tx, "page", path) is not None


def _free(tx: Transaction, address: str, is_own: IsOwn) -> str:
    """The stored form of an address that may lead on."""
    path = normalised(address)
    if not path:
        raise Refused(N_("Write the old address, such as /old-page."), field="path")
    if is_own(f"/{path}"):
        raise Refused(N_("“/%(path)s” is an address of the hub itself."), field="path", path=path)
    if lives(tx, path):
        raise Conflict(
            N_("“/%(path)s” is on the site: readers would still see that, not the redirect."),
            field="path",
            path=path,
        )
    return path


def _foreign(text: str, site: Site) -> str:
    """A whole URL as it is sent; its path alone when it is one of this site."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        name = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise _refused(_NO_ADDRESS) from error
    if parts.scheme not in ("http", "https") or not name:
        raise _refused(_NO_ADDRESS)
    if parts.username is not None or parts.password is not None:
        raise _refused(N_("An address cannot hold a name or a password."))
    place = f"[{name}]" if ":" in name else name
    origin = f"{parts.scheme}://{place}" + (f":{port}" if port else "")
    rest = quote(parts._replace(scheme="", netloc="").geturl() or "/", safe=_SAFE)
    return rest if origin == site.base_url.lower() else origin + rest


def _here(tx: Transaction, text: str, is_own: IsOwn) -> Destination:
    """A path of this site, perhaps with a query or a place in the page behind it."""
    parts = urlsplit(text)
    path = normalised(text)
    address = quote(text, safe=_SAFE)
    if not path:
        return Destination(0, address)
    if not (parts.query or parts.fragment):
        folder, _, rest = path.partition("/")
        post = store.by_slug(tx, "post", rest) if folder == "posts" and rest else None
        if post := post or store.by_slug(tx, "page", path):
            return Destination(post.id, "")
    if not (is_own(f"/{path}") or lives(tx, path) or redirect_store.get(tx, path)):
        raise _refused(N_("Nothing lives at “%(path)s” on this site."), path=text)
    return Destination(0, address)


def _refuse_circle(tx: Transaction, path: str, found: Destination) -> None:
    """Refused when `path`, leading there, would come back to itself."""
    seen = {path}
    # A post is an end: it is shown, or nothing is.
    while not found.post_id and found.address.startswith("/"):
        here = normalised(found.address)
        if here in seen:
            raise _refused(N_("This would lead round in a circle, back to where it began."))
        seen.add(here)
        following = redirect_store.get(tx, here)
        if following is None:
            return
        found = Destination(following.post_id or 0, following.target)


def _refused(message: str, **values: object) -> Refused:
    return Refused(message, field="target", **values)
