"""Pages about one reader, behind a signed link: kept by no cache."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from hub.web.pages import page
from hub.web.state import hub


class Reader(Protocol):
    """Whose page it is."""

    @property
    def id(self) -> int: ...

    @property
    def email_key(self) -> str: ...

    @property
    def language(self) -> str: ...


def private(response: Response) -> Response:
    """A page about one person: kept by no cache."""
    response.headers["cache-control"] = "no-store"
    return response


def own_path(request: Request, reader: Reader) -> str:
    """The address of a reader's own page."""
    return "/preferences/" + hub(request).signer.sign("preferences", reader.id, reader.email_key)


def unknown_link(request: Request) -> Response:
    """A link that was cut on its way."""
    return private(page(request, "link_unknown.html", status=404))


def link_of_a_test(request: Request) -> Response:
    """A personal link out of a test mail, which is nobody's."""
    return private(page(request, "link_test.html"))


def left(
    request: Request,
    reader: Reader | None,
    *,
    known: bool = False,
    ask: bool = False,
    thanked: bool = False,
) -> Response:
    """Off the list. `known`: the hub still knows the address, and may write there. `ask`: they
    left just now, so that they may be asked why."""
    parts = hub(request)
    site = parts.site()
    own_url = own_path(request, reader) if reader and known else ""
    why_url = ""
    if own_url and reader and ask and site.ask_why == "on":
        why_url = "/preferences/why/" + parts.signer.sign("why", reader.id)
    return private(
        page(
            request,
            "unsubscribed.html",
            language=reader.language if reader else "",
            site=site,
            subscriber=reader,
            own_url=own_url,
            why_url=why_url,
            thanked=thanked,
        )
    )
