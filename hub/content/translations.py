"""Articles that say the same in several languages, and all SQL of them.

A translation names its original by slug; all that name the same one, and the one that lives at
that slug, belong together. Nothing is said about the original, so that it may come later (an
import brings articles in the order of their dates), and any word that no article has for its
slug joins translations too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from hub import i18n
from hub.content import slugs
from hub.content.model import Post, path_of
from hub.db import Transaction, in_list
from hub.errors import Refused
from hub.i18n import N_

_VERSION = "p.id, p.kind, p.slug, p.language"


@dataclass(frozen=True, slots=True)
class Version:
    """One of the languages that an article can be read in."""

    id: int
    kind: str
    slug: str
    language: str

    @property
    def path(self) -> str:
        return path_of(self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class Reading:
    """A version as a page offers it. `invitation` is a text in `invitation_language`."""

    path: str
    language: str
    here: bool
    invitation: str
    invitation_language: str


@dataclass(frozen=True, slots=True)
class _Joined(Version):
    """A version with the key of those that belong together."""

    original: str


def named(text: str) -> str:
    """The slug in what a writer typed: a slug, or the address or file of the original."""
    last = unquote(text).partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]
    return slugs.slugify(last.removesuffix(".md").removesuffix(".html"))


def put(tx: Transaction, post: Post, wanted: str, *, must_exist: bool) -> None:
    """`post` is a translation of what `wanted` names, or (empty) of nothing.

    Raises Refused (field `translation_of`) when it must exist and does not, or is in the same
    language.
    """
    original = named(wanted)
    wrong = None
    if must_exist:
        wrong = fault(tx, wanted, kind=post.kind, language=post.language, post_id=post.id)
    if wrong:
        raise wrong
    # A translation of a translation is one of the original.
    further = _original_at(tx, post.kind, original) or original
    if further in ("", post.slug):
        tx.execute("DELETE FROM translations WHERE post_id = :id", id=post.id)
        return
    tx.execute(
        "INSERT INTO translations (post_id, original) VALUES (:id, :original)"
        " ON CONFLICT (post_id) DO UPDATE SET original = excluded.original",
        id=post.id,
        original=further,
    )
    _rename(tx, post.kind, post.slug, further)


def fault(
    tx: Transaction, wanted: str, *, kind: str, language: str, post_id: int
) -> Refused | None:
    """Why a post (0 for a new one) in that language cannot be a translation of what `wanted`
    names: there is none, or it is in the same language."""
    if not wanted:
        return None
    original = named(wanted)
    members = [m for m in _members(tx, kind, [original]) if m.id != post_id]
    drafted = tx.one(
        Version,
        f"SELECT {_VERSION} FROM posts p WHERE p.kind = :kind AND p.slug = :slug"
        " AND p.status <> 'deleted' AND p.id <> :id",
        kind=kind,
        slug=original,
        id=post_id,
    )
    known = drafted or (members[0] if members else None)
    if known is None:
        return Refused(
            N_("There is no article with the address “%(slug)s”."),
            field="translation_of",
            slug=original,
        )
    if drafted is not None and drafted.language.lower() == language.lower():
        return Refused(
            N_("That article is in the same language; a translation is in another one."),
            field="translation_of",
        )
    return None


def moved(tx: Transaction, kind: str, old: str, new: str) -> None:
    """The original got another slug: its translations follow."""
    _rename(tx, kind, old, new)


def original_of(tx: Transaction, post_id: int) -> str:
    """What a post names as its original; empty for one that is no translation."""
    found = tx.scalar("SELECT original FROM translations WHERE post_id = :id", id=post_id)
    return str(found) if found else ""


def versions(tx: Transaction, post: Post) -> tuple[Version, ...]:
    """The published versions of a published post, itself among them, the original first.

    Nothing when there is no other language, or when this is not the first in its own: links
    between languages must lead both ways.
    """
    key = original_of(tx, post.id) or post.slug
    return _together(_members(tx, post.kind, [key]), post.id)


def of_many(tx: Transaction, kind: str, ids: Sequence[int]) -> dict[int, tuple[Version, ...]]:
    """As `versions`, of those posts of a kind that have any, by id."""
    slots, values = in_list("id", ids)
    keys = tx.all(
        str, f"SELECT original FROM translations WHERE post_id IN {slots}", **values
    ) + tx.all(
        str,
        "SELECT t.original FROM posts p JOIN translations t ON t.original = p.slug"
        f" WHERE p.id IN {slots}",
        **values,
    )
    if not keys:
        return {}
    by_key: dict[str, list[_Joined]] = {}
    for member in _members(tx, kind, dict.fromkeys(keys)):
        by_key.setdefault(member.original, []).append(member)
    wanted = set(ids)
    return {
        member.id: found
        for members in by_key.values()
        for member in members
        if member.id in wanted and (found := _together(members, member.id))
    }


def readings(found: Iterable[Version], post: Post, page_language: str) -> tuple[Reading, ...]:
    """What a page says of the versions of its post."""
    return tuple(_reading(version, version.id == post.id, page_language) for version in found)


def _reading(version: Version, here: bool, page_language: str) -> Reading:
    # Who looks for French reads French: in it, if the hub can say so.
    spoken = i18n.known(version.language)
    own = version.language.lower().partition("-")[0] == spoken
    said_in = spoken if own else page_language
    name = i18n.language_name(version.language, said_in)
    text = i18n.translate(said_in, N_("Read in %(name)s"), name=name)
    return Reading(version.path, version.language, here, text, said_in)


def _members(tx: Transaction, kind: str, keys: Iterable[str]) -> list[_Joined]:
    """Published posts that belong together: the originals first, then by their ids."""
    slots, values = in_list("key", keys)
    originals = tx.all(
        _Joined,
        f"SELECT {_VERSION}, p.slug AS original FROM posts p WHERE p.kind = :kind"
        f" AND p.slug IN {slots} AND p.status <> 'deleted' AND p.status = 'published'",
        kind=kind,
        **values,
    )
    others = tx.all(
        _Joined,
        f"SELECT {_VERSION}, t.original FROM translations t CROSS JOIN posts p"
        f" WHERE t.original IN {slots} AND p.id = t.post_id AND p.kind = :kind"
        " AND p.status = 'published' ORDER BY p.id",
        kind=kind,
        **values,
    )
    # What names another article is no original, whatever names it.
    translated = {member.id for member in others}
    return [*(m for m in originals if m.id not in translated), *others]


def _together(members: Iterable[Version], post_id: int) -> tuple[Version, ...]:
    first: dict[str, Version] = {}
    for member in members:
        first.setdefault(member.language.lower(), member)
    found = tuple(first.values())
    return found if len(found) > 1 and any(v.id == post_id for v in found) else ()


def _original_at(tx: Transaction, kind: str, slug: str) -> str:
    """What the post at this slug names as its own original."""
    found = tx.scalar(
        "SELECT t.original FROM posts p JOIN translations t ON t.post_id = p.id"
        " WHERE p.kind = :kind AND p.slug = :slug AND p.status <> 'deleted'",
        kind=kind,
        slug=slug,
    )
    return str(found) if found else ""


def _rename(tx: Transaction, kind: str, old: str, new: str) -> None:
    tx.execute(
        "UPDATE translations SET original = :new WHERE original = :old AND post_id IN"
        " (SELECT t.post_id FROM translations t JOIN posts p ON p.id = t.post_id"
        " WHERE t.original = :old AND p.kind = :kind)",
        old=old,
        new=new,
        kind=kind,
    )
