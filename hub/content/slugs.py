"""Slugs: the last part of an address, made of a title and free for its post."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from itertools import count

from hub.errors import Refused
from hub.i18n import N_

LONGEST = 100
# First segments of the hub's own addresses; no page can live there.
RESERVED = frozenset(
    "posts topics authors archive search media assets feed atom feed-xml atom-xml feed-json "
    "feeds sitemap sitemap-xml opensearch-xml robots-txt llms-txt subscribe confirm unsubscribe "
    "preferences newsletter legal privacy trust invite admin setup healthz metrics favicon-ico "
    "static api login logout page index websub webhooks well-known".split()
)
# Letters that Unicode does not take apart, and signs that tell one name from another (C, C++, C#).
_FOLDED = dict(zip("œæßøđðłþı", "oe ae ss o d d l th i".split(), strict=True)) | {
    "+": "-plus-",
    "’": "",
    "'": "",
}


def slugify(text: str, *, longest: int = LONGEST) -> str:
    """`Été à l’œuvre : C++` → `ete-a-loeuvre-c-plus-plus`; empty when nothing is left.

    Letters with an ASCII base lose their accents; other alphabets stay as they are.
    """
    folded = "".join(map(_fold, unicodedata.normalize("NFC", text).lower()))
    folded = re.sub(r"(?<=[^\W_])#", "-sharp", folded)
    slug = re.sub(r"[\W_]+", "-", folded).strip("-")
    if len(slug) <= longest:
        return slug
    cut = slug[: longest + 1].rpartition("-")[0]
    return cut if len(cut) > longest // 2 else slug[:longest].strip("-")


def checked(slug: str, kind: str) -> str:
    """The slug that a writer asked for, slugified. Raises Refused for one that cannot be used."""
    made = slugify(slug)
    if not made:
        raise Refused(N_("The address needs at least one letter or digit."), field="slug")
    if is_reserved(made, kind):
        raise Refused(
            N_("“%(slug)s” is an address of the hub itself; choose another one."),
            field="slug",
            slug=made,
        )
    return made


def is_reserved(slug: str, kind: str) -> bool:
    """Whether the hub itself lives at that address. Posts have a folder of their own."""
    return kind == "page" and slug in RESERVED


def free(
    wanted: str, *, kind: str, taken: Callable[[str], bool], day: datetime | None = None
) -> str:
    """`wanted`, or with `-YYYY-MM-DD` of `day`, or with a number: the first that is not taken."""

    def usable(slug: str) -> bool:
        return not is_reserved(slug, kind) and not taken(slug)

    base = wanted or kind
    if usable(base):
        return base
    if day is not None:
        base = f"{base}-{day:%Y-%m-%d}"
        if usable(base):
            return base
    return next(slug for n in count(2) if usable(slug := f"{base}-{n}"))


def _fold(character: str) -> str:
    if character.isascii() and character != "+" and character != "'":
        return character
    if character in _FOLDED:
        return _FOLDED[character]
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() else character
