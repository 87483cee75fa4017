"""Reading forms: bounded, off the event loop's back, into plain text values."""

import errno
import shutil
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub.errors import Refused, StorageFull, TooLarge
from hub.i18n import N_
from hub.web.uploads import MOST_FIELDS, FormWithFiles, too_large

LARGEST_BODY = 2_500_000
LARGEST_FILE = 1_000_000_000
# So much of a form with a file is read, although not kept, to get at what stands around the file.
MOST_READ = 500_000_000

View = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent. Text fields only; uploads apart: as bytes, or where the route keeps them on
    the disk as files, whose place is a folder that is gone after the view. `left_out` are the
    uploads that were too large, and how many bytes would have been taken."""

    values: dict[str, list[str]] = field(default_factory=dict)
    uploads: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
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

    def upload(self, name: str) -> bytes:
        """The bytes of a file; none when none was chosen. Raises TooLarge for one left out."""
        if name in self.left_out:
            raise TooLarge(
                N_("This file is too large: at most %(most)s MB. Choose a smaller one."),
                field=name,
                most=f"{self.left_out[name] / 1_000_000:g}",
            )
        return self.uploads.get(name, ("", b""))[1]


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
    request: Request,
    *,
    largest: int = LARGEST_BODY,
    uploads: int | None = None,
    folder: Path | None = None,
    most_read: int = MOST_READ,
) -> Form:
    """The form of a request, urlencoded or multipart; uploads become files in `folder`.

    With `uploads`, files that have more bytes than that together are left out, and the rest is
    read: the body may have `most_read` then, and `largest` bounds its text.
    Raises TooLarge for a body that is longer, Refused for one that cannot be read.
    """
    most = largest if uploads is None else most_read
    declared = request.headers.get("content-length", "0")
    # A length that is no number, or longer than any, is judged by what comes.
    if declared.isascii() and declared.isdigit() and len(declared) < 20 and int(declared) > most:
        raise too_large(most)
    _bound(request, most)
    try:
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            async with request.form(max_fields=MOST_FIELDS, max_part_size=largest) as data:
                return await _plain(data)
        parser = FormWithFiles(
            request.headers,
            request.stream(),
            most_text=min(largest, LARGEST_BODY) if folder else largest,
            most_kept=most if uploads is None else uploads,
        )
        data = await parser.parse()
        try:
            return await _plain(data, folder, parser.left_out, uploads or 0)
        finally:
            await data.close()
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


async def _plain(
    data: FormData,
    folder: Path | None = None,
    left_out: AbstractSet[UploadFile] = frozenset(),
    most: int = 0,
) -> Form:
    form = Form()
    for number, (name, value) in enumerate(data.multi_items()):
        if not isinstance(value, UploadFile):
            form.values.setdefault(name, []).append(value.replace("\0", ""))
        elif value in left_out:
            form.left_out[name] = most
        elif folder is not None:
            path = folder / str(number)
            await run_in_threadpool(_copy, value, path)
            form.files[name] = (value.filename or "", path)
        else:
            form.uploads[name] = (value.filename or "", await value.read())
    return form


def _copy(upload: UploadFile, path: Path) -> None:
    try:
        with path.open("xb") as file:
            shutil.copyfileobj(upload.file, file, 1 << 20)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(N_("The disk is full. Nothing was saved.")) from error
        raise


def _bound(request: Request, largest: int) -> None:
    """A body without a length, or with a false one, is cut off at the limit too."""
    receive = request._receive
    read = 0

    async def bounded() -> dict[str, object]:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > largest:
            raise too_large(largest)
        return dict(message)

    request._receive = bounded  # Starlette offers no other hook
