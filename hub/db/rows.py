"""Rows become frozen dataclasses, values become what both engines store."""

import dataclasses
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from hub.db import texts
from hub.errors import Refused
from hub.times import from_text, to_text

Row = Sequence[Any]
T = TypeVar("T")
LARGEST_INTEGER = 2**63
SCALARS: tuple[type, ...] = (str, int, float, bytes)


def to_column(value: object) -> object:
    """What is stored of a Python value: times as UTC text, truths as 0 and 1.

    Refused for what one engine would take and the other not: a NUL character, half a
    surrogate pair, a number beyond 64 bits.
    """
    if isinstance(value, str):
        if "\0" in value:
            raise Refused(texts.NUL)
        if not value.isascii():
            _check_unicode(value)
    elif isinstance(value, datetime):
        return to_text(value)
    elif isinstance(value, int):
        if not -LARGEST_INTEGER <= value < LARGEST_INTEGER:
            raise Refused(texts.TOO_BIG)
        return int(value)
    return value


def to_columns(values: Mapping[str, object]) -> dict[str, object]:
    """The parameters of one statement, as they are stored."""
    return {
        # What most of a million rows is, without a call for each value.
        name: value
        if value is None
        or (type(value) is str and value.isascii() and "\0" not in value)
        or (type(value) is int and -LARGEST_INTEGER <= value < LARGEST_INTEGER)
        else to_column(value)
        for name, value in values.items()
    }


def _check_unicode(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Refused(texts.UNREADABLE) from error


_readers: dict[tuple[type, tuple[str, ...]], Callable[[Row], Any]] = {}


def reader(cls: type[T], columns: tuple[str, ...]) -> Callable[[Row], T]:
    """A function that makes a `cls` of a row with these columns.

    `cls` is a dataclass whose fields are str, int, float, bool, bytes or datetime, each
    perhaps None; or one of str, int, float, bytes for the first column alone; or `tuple` for
    the columns as they are stored. Columns
    that the dataclass does not name are left out; one that it misses is a TypeError.
    """
    key = (cls, columns)
    if key not in _readers:
        _readers[key] = _make_reader(cls, columns)
    return _readers[key]


def _make_reader(cls: type[T], columns: tuple[str, ...]) -> Callable[[Row], T]:
    if cls in SCALARS:
        return lambda row: row[0]
    if cls is tuple:
        return cast(Callable[[Row], T], tuple)
    hints = get_type_hints(cls)
    positions: list[tuple[int, Callable[[Any], Any] | None]] = []
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]  # every other cls is one
        if field.name not in columns:
            raise TypeError(f"{cls.__name__}.{field.name} is not among the columns {columns}")
        positions.append((columns.index(field.name), _converter(hints[field.name])))
    indexes = [index for index, _ in positions]
    converters = [(n, convert) for n, (_, convert) in enumerate(positions) if convert]
    if not converters and indexes == list(range(len(columns))):
        return lambda row: cls(*row)

    def read(row: Row) -> T:
        values = [row[index] for index in indexes]
        for n, convert in converters:
            if values[n] is not None:
                values[n] = convert(values[n])
        return cls(*values)

    return read


def _converter(hint: Any) -> Callable[[Any], Any] | None:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if hint is datetime:
        return from_text
    if hint is bool:
        return bool
    return None
