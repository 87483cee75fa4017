"""Reading forms: bounded, off the event loop's back, into plain text values."""

import errno
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub.errors import Refused, StorageFull, TooLarge
from hub.i18n import N_

LARGEST_BODY = 2_500_000
LARGEST_UPLOAD = 25_000_000
LARGEST_FILE = 1_000_000_000

View = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent. Text fields only; uploads apart: as bytes, or where the route keeps them on
    the disk as files, whose place is a folder that is gone after the view."""

    values: dict[str, list[str]] = field(default_factory=dict)
    uploads: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    files: dict[str, tuple[str, Path]] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """The last value of a field, without the spaces around it; line ends are `\\n`."""
        values = self.values.get(name)
        return values[-1].replace("\r\n", "\n").strip() if values else default

    def secret(self, name: str) -> str:
        """A password exactly as typed: its spaces belong to it."""
        values = self.values.get(name)
        return values[-1] if values else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field that may be given several times."""
        return [value.strip() for value in self.values.get(name, ()) if value.strip()]

    def flag(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.text(name))


def form_view(
    view: View, *, largest: int = LARGEST_BODY
) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a plain function: reads the form into `request.state.form`, runs it in a thread.

    Raises TooLarge for a body over `largest` bytes, Refused for one that cannot be read.
    """

    async def endpoint(request: Request) -> Response:
        if request.method == "POST":
            request.state.form = await read_form(request, largest=largest)
        return await run_in_threadpool(view, request)

    return endpoint


def body_view(view: View, *, largest: int) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a plain function: reads the raw body into `request.state.body`, runs it in a thread.

    Raises TooLarge for a body over `largest` bytes.
    """

    async def endpoint(request: Request) -> Response:
        _bound(request, largest)
        request.state.body = await request.body()
        return await run_in_threadpool(view, request)

    return endpoint


async def read_form(
    request: Request, *, largest: int = LARGEST_BODY, folder: Path | None = None
) -> Form:
    """The form of a request, urlencoded or multipart; uploads become files in `folder`."""
    declared = request.headers.get("content-length", "0")
    # A length that is no number, or longer than any, is judged by what comes.
    if declared.isascii() and declared.isdigit() and len(declared) < 20 and int(declared) > largest:
        raise _too_large(largest)
    _bound(request, largest)
    try:
        async with request.form(max_files=20, max_fields=200, max_part_size=largest) as data:
            return await _plain(data, folder)
    except (TooLarge, ClientDisconnect, StorageFull):
        raise
    except Exception as error:  # the parsers raise many kinds for a broken body
        raise Refused(N_("This form could not be read.")) from error


async def let_pass(request: Request, largest: int) -> None:
    """Read a body to its end, `largest` bytes of it at most, and keep none of it."""
    read = 0
    async for part in request.stream():
        read += len(part)
        if read > largest:
            return


async def _plain(data: FormData, folder: Path | None) -> Form:
    values: dict[str, list[str]] = {}
    uploads: dict[str, tuple[str, bytes]] = {}
    files: dict[str, tuple[str, Path]] = {}
    for number, (name, value) in enumerate(data.multi_items()):
        if isinstance(value, UploadFile) and folder is not None:
            path = folder / str(number)
            await run_in_threadpool(_copy, value, path)
            files[name] = (value.filename or "", path)
        elif isinstance(value, UploadFile):
            uploads[name] = (value.filename or "", await value.read())
        else:
            values.setdefault(name, []).append(value.replace("\0", ""))
    return Form(values, uploads, files)


def _copy(upload: UploadFile, path: Path) -> None:
    try:
        with path.open("xb") as file:
            shutil.copyfileobj(upload.file, file, 1 << 20)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(N_("The disk is full. Nothing was saved.")) from error
        raise


def _too_large(largest: int) -> TooLarge:
    megabytes = f"{largest / 1_000_000:g}"
    return TooLarge(
        N_("This is more than the hub takes here at once: %(most)s MB."), most=megabytes
    )


def _bound(request: Request, largest: int) -> None:
    """A body without a length, or with a false one, is cut off at the limit too."""
    receive = request._receive
    read = 0

    async def bounded() -> dict[str, object]:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > largest:
            raise _too_large(largest)
        return dict(message)

    request._receive = bounded  # Starlette offers no other hook
