"""Two people write one article at the same time: what each of them changed is put together, and
only what both changed is asked."""

from dataclasses import dataclass, replace

from starlette.requests import Request

from hub.admin import article_saving, field_words, writing_form
from hub.admin.article_saving import Saved, SavedByAnother, Sent
from hub.admin.writing_form import Typed
from hub.content import descriptions, merging, rendering, revisions
from hub.content.merging import Merged
from hub.content.model import Post
from hub.db import Transaction
from hub.errors import Conflict
from hub.i18n import N_
from hub.web.state import hub

# Whoever saves that often in the moment that a text takes is a program.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Other:
    """A field that both changed: its name, what the form calls it, and what stands there."""

    field: str
    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Race:
    """What both made: `typed` has mine where both changed one; `others` are those, `theirs` and
    `mine` what the form calls the rest. `author` is who saved meanwhile, empty when not known."""

    post: Post
    typed: Typed
    others: tuple[Other, ...]
    theirs: tuple[str, ...]
    mine: tuple[str, ...]
    author: str


class Undecided(Exception):  # not an error of the hub: the page asks
    def __init__(self, race: Race) -> None:
        self.race = race


def store(request: Request, post_id: int | None, sent: Sent) -> tuple[Saved, Sent, tuple[str, ...]]:
    """Store what was sent, with what somebody else saved meanwhile: what was stored, of what, and
    the names of the fields that are theirs.

    Raises Undecided for fields that both changed, and as `article_saving.store_sent` does.
    """
    taken: dict[str, None] = {}
    for _ in range(_TRIES):
        try:
            with hub(request).db.write() as tx:
                saved = article_saving.store_sent(tx, request, post_id, sent)
            return saved, sent, tuple(taken)
        except SavedByAnother as other:
            merged = _merged(request, other, sent)
            typed = writing_form.of_fields({**merged.fields, "kind": sent.typed.kind})
            if merged.both:
                raise Undecided(_race(request, other, merged, typed, taken)) from None
            taken.update(dict.fromkeys(merged.theirs))
            language = typed.language or hub(request).site().language
            rendered = rendering.render(typed.markdown, language=language)
            seen = other.post.updated_at
            sent = replace(sent, typed=typed, rendered=rendered, seen=seen)
    raise Conflict(N_("Others save this article just now: try again in a moment."))


def _merged(request: Request, other: SavedByAnother, sent: Sent) -> Merged:
    with hub(request).db.read() as tx:
        base = _base(tx, other.post, sent)
    theirs = _compared(writing_form.as_fields(other.theirs))
    mine = _compared(writing_form.as_fields(sent.typed))
    # An empty address keeps the one that is there.
    mine["slug"] = mine["slug"] or (base or theirs)["slug"]
    mine["language"] = mine["language"] or hub(request).site().language
    return merging.merge(base, theirs, mine)


def _base(tx: Transaction, post: Post, sent: Sent) -> dict[str, str] | None:
    """What the page showed that was sent."""
    # The page of a new article, sent again, showed what it made the first time.
    seen = sent.seen or post.created_at
    revision = revisions.at(tx, post.id, seen)
    if revision is None:
        return None
    fields = revision.fields
    return {
        "in_menu": "yes",
        **fields,
        "markdown": descriptions.without_stand_ins(fields["markdown"]),
    }


def _compared(fields: dict[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in field_words.LABELS}


def _race(
    request: Request, other: SavedByAnother, merged: Merged, typed: Typed, taken: dict[str, None]
) -> Race:
    with hub(request).db.read() as tx:
        newest = revisions.newest(tx, other.post.id)
    theirs = writing_form.as_fields(other.theirs)

    def both(field: str) -> Other:
        mine = field_words.shown(request, field, merged.fields[field])
        return Other(
            field,
            field_words.label(request, field),
            mine,
            field_words.shown(request, field, theirs[field]),
        )

    return Race(
        post=other.post,
        typed=typed,
        others=tuple(map(both, merged.both)),
        theirs=tuple(
            field_words.label(request, f) for f in {**taken, **dict.fromkeys(merged.theirs)}
        ),
        mine=tuple(field_words.label(request, f) for f in merged.mine),
        author=newest.author if newest else "",
    )
