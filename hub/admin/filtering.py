"""A filter of the list as an address says it: read, said in words, written again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request

from hub import i18n
from hub.admin import replies, words
from hub.admin.forms import Errors, Messages
from hub.audience import rules, segment_counts, segments
from hub.audience.model import CADENCES, STATUSES
from hub.audience.people_store import Filter
from hub.audience.segments import LONGEST_SOURCE, Segment, Typed
from hub.i18n import LANGUAGES, N_
from hub.web.pages import message
from hub.web.state import hub

FIELDS = ("status", "cadence", "topic", "language", "source", "tag", "joined", "q")
LIST = "/admin/subscribers"
_LONGEST_SEARCH = 254


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that a filter asks for, in words; `without` is the list without asking for it."""

    text: str
    without: str


def typed(query: Mapping[str, str]) -> Messages:
    """What an address asks for, as it was typed; no text holds a NUL, which no engine keeps."""
    return Messages({name: query.get(name, "").strip().replace("\0", "") for name in FIELDS})


def read(query: Mapping[str, str], errors: Errors, *, timezone: str) -> Filter:
    """What can be asked for; what cannot is left out, with the reason beside its field."""
    asked = typed(query)
    traits = Segment(
        cadence=asked["cadence"] if asked["cadence"] in CADENCES else "",
        language=asked["language"] if asked["language"] in LANGUAGES else "",
        source=asked["source"][:LONGEST_SOURCE],
    )
    with errors.caught("topic"):
        traits = replace(traits, topics=segments.checked_topics(asked["topic"]))
    with errors.caught("tag"):
        traits = replace(traits, tags=rules.tags(asked["tag"], field="tag"))
    with errors.caught("joined"):
        traits = replace(traits, joined_since=segments.day(asked["joined"], timezone))
    status = asked["status"] if asked["status"] in STATUSES else ""
    return Filter(status, traits, asked["q"][:_LONGEST_SEARCH])


def fields(wanted: Filter, *, timezone: str) -> dict[str, str]:
    """A filter as `typed` would give it, without what it does not ask for."""
    shown = segments.typed(segments.Kept(0, "", wanted.traits), timezone=timezone)
    said = {
        "status": wanted.status,
        "cadence": shown.cadence,
        "topic": shown.topics,
        "language": shown.language,
        "source": shown.source,
        "tag": shown.tags,
        "joined": shown.joined_since,
        "q": wanted.search,
    }
    return {name: text for name, text in said.items() if text}


def address(path: str, asked: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(asked)}" if asked else path


def segment_address(wanted: Filter, *, timezone: str) -> str:
    """The form of a new segment that holds just these."""
    shown = segments.typed(segments.Kept(0, "", wanted.traits), timezone=timezone)
    texts = {name: getattr(shown, name) for name in Typed.__dataclass_fields__}
    return address("/admin/newsletter/segments/new", {n: t for n, t in texts.items() if t})


def people_address(segment: Segment, *, timezone: str) -> str:
    """The part of the list that a segment holds, those who pause among them."""
    return address(LIST, fields(segment_counts.of_segment(segment), timezone=timezone))


def traits(request: Request, wanted: Filter) -> list[Trait]:
    """What a filter asks for, each with the way to take it away."""
    asked = fields(wanted, timezone=hub(request).site().timezone)
    return [
        Trait(text, address(LIST, {n: t for n, t in asked.items() if n != name}))
        for name, text in _said(request, wanted).items()
    ]


def rule(request: Request, segment: Segment) -> str:
    """What is true of the readers of a segment, in one line."""
    return " · ".join(_said(request, Filter(traits=segment)).values())


def _said(request: Request, wanted: Filter) -> dict[str, str]:
    site = hub(request).site()
    traits, said = wanted.traits, dict[str, str]()
    if wanted.status:
        said["status"] = message(request, words.SUBSCRIBER[wanted.status])
    if traits.cadence:
        said["cadence"] = message(request, words.CADENCE[traits.cadence])
    if traits.topics:
        said["topic"] = ", ".join(traits.topics)
    if traits.joined_since:
        day = i18n.long_date(traits.joined_since, site.language, site.timezone)
        said["joined"] = message(request, N_("since %(when)s"), when=day)
    if traits.language:
        said["language"] = LANGUAGES.get(traits.language, traits.language)
    if traits.source:
        said["source"] = replies.origin(traits.source, site.language)
    if traits.tags:
        said["tag"] = message(request, N_("tagged %(tags)s"), tags=", ".join(traits.tags))
    if wanted.search:
        said["q"] = message(request, N_("“%(words)s”"), words=wanted.search)
    return said
