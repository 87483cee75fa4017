"""Forms with files, of which one that is too large is left out and the rest of the form survives.

Starlette's parser, with an eye on what it keeps: bytes of a file beyond the limit are read and
forgotten, so that neither memory nor disk holds them.
"""

from collections.abc import AsyncGenerator

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from hub.errors import TooLarge
from hub.i18n import N_

MOST_FILES = 20
MOST_FIELDS = 200


class FormWithFiles(MultiPartParser):
    """Reads a multipart body: text fields of `most_text` bytes in all, files of `most_kept`.

    `left_out` holds the files that did not fit; what is in them is not all of what was sent.
    """

    def __init__(
        self,
        headers: Headers,
        stream: AsyncGenerator[bytes, None],
        *,
        most_text: int,
        most_kept: int,
    ) -> None:
        super().__init__(
            headers,
            stream,
            max_files=MOST_FILES,
            max_fields=MOST_FIELDS,
            max_part_size=most_text,
        )
        self.left_out: set[UploadFile] = set()
        self._text_left = self._most_text = most_text
        self._kept_left = most_kept
        self._of_this_file = 0

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._of_this_file = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        if file is None:
            self._text_left -= end - start
            if self._text_left < 0:
                raise too_large(self._most_text)
        elif file in self.left_out:
            return
        else:
            self._kept_left -= end - start
            self._of_this_file += end - start
            if self._kept_left < 0:
                # What is left out takes no room from the files behind it.
                self._kept_left += self._of_this_file
                self.left_out.add(file)
                return
        super().on_part_data(data, start, end)


def too_large(largest: int) -> TooLarge:
    """That a whole request has more than `largest` bytes."""
    return TooLarge(
        N_("This is more than the hub takes here at once: %(most)s MB."),
        most=f"{largest / 1_000_000:g}",
    )
