"""What the forms of the desk share: what was typed, and what is wrong beside which field."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from hub import i18n
from hub.errors import Refused


class Messages(dict[str, str]):
    """Text by field; the empty text for a field that has none."""

    def __missing__(self, field: str) -> str:
        return ""


class Errors:
    """Gathers what is refused, in one language; the first of each field is shown.

    What names no field stands beside `main`, the field that the form is about.
    """

    def __init__(self, language: str, *, main: str = "") -> None:
        self._language = language
        self._main = main
        self.by_field = Messages()

    def __bool__(self) -> bool:
        return bool(self.by_field)

    def add(self, error: Refused, field: str = "") -> None:
        text = i18n.translate(self._language, error.message, **error.values)
        self.by_field.setdefault(field or error.field or self._main, text)

    def extend(self, errors: Iterable[Refused]) -> None:
        for error in errors:
            self.add(error)

    @contextmanager
    def caught(self, field: str = "") -> Iterator[None]:
        """What is refused inside belongs beside `field`, or beside the field it names."""
        try:
            yield
        except Refused as error:
            self.add(error, field)


def number(text: str) -> int | None:
    """A number out of an address, as far as a database can count; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
