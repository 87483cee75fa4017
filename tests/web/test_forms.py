"""What a form keeps of what is sent, and what of it is too large."""

import asyncio
import logging
from collections.abc import MutableMapping

import pytest
from starlette.requests import Request
from starlette.types import ASGIApp

from hub.app import create_app
from hub.errors import TooLarge
from hub.web import forms
from hub.web.forms import Form
from hub.web.state import Hub

BOUNDARY = b"--------frontier"


def part(name: str, data: bytes, file: str = "") -> bytes:
    named = f'; filename="{file}"' if file else ""
    head = f'Content-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode()
    return b"--" + BOUNDARY + b"\r\n" + head + data + b"\r\n"


def read(*parts: bytes, uploads: int, most_read: int = forms.MOST_READ) -> Form:
    """A form of these parts, sent 64 bytes at a time."""
    body = b"".join(parts) + b"--" + BOUNDARY + b"--\r\n"
    pieces = [body[at : at + 64] for at in range(0, len(body), 64)]
    sent = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    sent.append({"type": "http.request", "body": b""})
    coming = iter(sent)

    async def receive() -> dict[str, object]:
        return next(coming)

    kind = b"multipart/form-data; boundary=" + BOUNDARY
    request = Request({"type": "http", "headers": [(b"content-type", kind)]}, receive)
    return asyncio.run(forms.read_form(request, largest=1000, uploads=uploads, most_read=most_read))


def test_what_stands_around_a_file_that_is_too_large_survives() -> None:
    form = read(
        part("title", b"Boats"),
        part("picture", b"x" * 5000, "boat.png"),
        part("text", b"Three of them"),
        uploads=500,
    )
    assert (form.text("title"), form.text("text")) == ("Boats", "Three of them")
    with pytest.raises(TooLarge, match=r"0\.0005 MB"):
        form.upload("picture")


def test_a_file_that_fits_is_kept_beside_one_that_does_not() -> None:
    big, small = part("big", b"x" * 501, "a.png"), part("small", b"y" * 500, "b.png")
    form = read(big, small, part("more", b"z", "c.png"), uploads=500)
    assert form.upload("small") == b"y" * 500
    assert set(form.left_out) == {"big", "more"}


def test_text_has_an_end_too() -> None:
    with pytest.raises(TooLarge):
        read(part("a", b"x" * 600), part("b", b"x" * 600), uploads=500)


def test_what_is_left_out_is_not_read_for_ever() -> None:
    with pytest.raises(TooLarge):
        read(part("picture", b"x" * 5000, "boat.png"), uploads=500, most_read=3000)


def test_who_goes_away_in_the_middle_leaves_one_quiet_line(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    sent = iter([{"type": "http.request", "body": b"ema", "more_body": True}])

    async def receive() -> dict[str, object]:
        return next(sent, {"type": "http.disconnect"})

    async def send(message: MutableMapping[str, object]) -> None:
        pass

    async def answer(app: ASGIApp, scope: dict[str, object]) -> None:
        await app(scope, receive, send)

    kind = (b"content-type", b"application/x-www-form-urlencoded")
    headers = [(b"host", b"hub.test"), (b"origin", b"https://hub.test"), kind]
    scope = {"type": "http", "method": "POST", "path": "/admin/login", "query_string": b""}
    with caplog.at_level(logging.INFO):
        asyncio.run(answer(create_app(hub), {**scope, "headers": headers}))
    lines = [record for record in caplog.records if record.name == "hub"]
    assert [line.message for line in lines] == ["request.broken_off path=/admin/login"]
    assert lines[0].exc_info is None
