"""The five steps with which a hub begins: where each is, and which are behind the owner.

The first two are behind the one-time link, before anybody has an account (hub/admin/setup.py).
The others are pages of the desk: who is interrupted logs in and goes on."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from hub.i18n import N_
from hub.site import first_steps
from hub.web.state import hub

_ROOT = "/admin/start/"
TITLES = {
    "site": N_("The site"),
    "account": N_("You"),
    "mail": N_("Mail"),
    "schedule": N_("When"),
    "bring": N_("Bring along"),
}
_ORDER = tuple(TITLES)


@dataclass(frozen=True, slots=True)
class Mark:
    """One step of the line above a page: `state` is `done`, `skipped`, `now` or `ahead`; `path` is
    empty where there is no way to it from here."""

    title: str
    state: str
    path: str


@dataclass(frozen=True, slots=True)
class Line:
    """The line: which step this is, of how many; `back` is the step before, empty for none."""

    number: int
    marks: tuple[Mark, ...]
    back: str


def path(name: str) -> str:
    """Where a step of the desk is."""
    return f"{_ROOT}{name}"


def is_step(address: str) -> bool:
    """Whether this page is one of the steps."""
    return address.startswith(_ROOT)


def after(name: str) -> str:
    """Where to go on after a step."""
    following = _ORDER[_ORDER.index(name) + 1 :]
    return path(following[0]) if following else "/admin"


def first_open(states: Mapping[str, str]) -> str:
    """The first step that was neither done nor skipped; empty when there is none."""
    return next((name for name in first_steps.STEPS if name not in states), "")


def number(name: str) -> int:
    """Which of the five this is, from 1."""
    return _ORDER.index(name) + 1


def line(request: Request, name: str) -> Line | None:
    """The line above a step of the desk; None for the same page outside of them."""
    if not is_step(request.scope["path"]):
        return None
    with hub(request).db.read() as tx:
        states = {"site": "done", "account": "done", **first_steps.states(tx)}
    marks = tuple(
        Mark(title, "now" if step == name else states.get(step, "ahead"), path(step))
        for step, title in TITLES.items()
    )
    before = _ORDER[: _ORDER.index(name)]
    return Line(number(name), marks, path(before[-1]) if before else "")


def line_before(name: str, token: str) -> Line:
    """The line above the first two steps, behind the one-time link."""
    ways = {"site": f"/setup/{token}", "account": f"/setup/{token}/account"}
    reached = _ORDER.index(name)
    marks = tuple(
        Mark(
            title,
            "now" if step == name else "done" if at < reached else "ahead",
            ways[step] if at < reached else "",
        )
        for at, (step, title) in enumerate(TITLES.items())
    )
    return Line(number(name), marks, "")
