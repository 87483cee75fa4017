"""The page that asks once more before something is done that cannot simply be undone."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.pages import desk_page
from hub.web.pages import message


@dataclass(frozen=True, slots=True)
class Choice:
    """A box that is not ticked: its label and what it means are texts as they are shown."""

    name: str
    label: str
    help: str


def ask(
    request: Request,
    *,
    section: str,
    title: str,
    text: str,
    button: str,
    back: str,
    values: Mapping[str, object],
    danger: bool = True,
    lines: tuple[str, ...] = (),
    hidden: Mapping[str, str] | None = None,
    choice: Choice | None = None,
) -> Response:
    """Title, text and button are English texts whose slots `values` fill; the button posts to the
    address of this page, `back` is the way out. `lines` are shown as a list, `hidden` go along
    with the button, `choice` is a box to tick."""
    return desk_page(
        request,
        "admin/confirm.html",
        section=section,
        title=message(request, title, **values),
        text=message(request, text, **values),
        button=message(request, button, **values),
        back=back,
        danger=danger,
        lines=lines,
        hidden=hidden or {},
        choice=choice,
    )
