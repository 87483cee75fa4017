"""Where the lists of people are: in a file, or among the files of a folder."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from hub.audience import columns, headings, own_format, people_file, reading
from hub.audience.columns import Mapped
from hub.audience.reading import Source
from hub.errors import Refused

# Enough to see what a column holds, and how its days are written.
_SAMPLE = 1_000
_DEEPEST = 4
_TEXT = ("text", "csv")


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file that holds people: `mapped` says how a foreign one is read, None that it is our own.

    `shown` is its path as the owner knows it. `is_empty`: it has a header and nobody below it.
    """

    source: Source
    mapped: Mapped | None
    shown: str
    is_empty: bool = False

    @property
    def format(self) -> str:
        """Who wrote it, or what kind of file it is."""
        if self.mapped is None:
            return f"hub-{self.source.format}"
        return self.mapped.service.name if self.mapped.service else self.source.format

    @property
    def is_certain(self) -> bool:
        """Whether it can be nothing else: known by its writer, or addresses and nothing else."""
        return self.mapped is None or self.mapped.service is not None or self._is_bare()

    def _is_bare(self) -> bool:
        if self.source.format not in _TEXT or len(self.source.header) != 1:
            return False
        sample = islice(self.source.rows(), _SAMPLE)
        return self.source.headless and all(
            not row.fault and "@" in row.values[0] for row in sample
        )


def one(path: Path, wanted: Mapping[str, str] | None = None) -> ListFile | None:
    """The file as a list of people; None when it is none. Raises Refused for a broken one, and
    where `wanted` names a column that is not there."""
    reading.refuse_spreadsheet(path)
    return _recognised(path, path.name, wanted, alone=True)


def among(folder: Path, wanted: Mapping[str, str] | None = None) -> list[ListFile]:
    """Every list below a folder. Raises Refused for a broken one, and where `wanted` names a
    column that is in none of them."""
    found = [_recognised(folder / name, name, wanted) for name in _files(folder)]
    files = [file for file in found if file is not None]
    if files:
        columns.check_wanted(wanted or {}, (c for file in files for c in _columns_of(file)))
    return files


def certain_among(folder: Path) -> list[ListFile]:
    """The lists that stand beside articles: what may be anything else, or is broken, is not one."""
    found = []
    for name in _files(folder):
        try:
            file = _recognised(folder / name, name, None)
        except Refused:
            continue
        if file is not None and file.is_certain:
            found.append(file)
    return found


def columns_of(files: Sequence[ListFile]) -> dict[str, str]:
    """The columns of foreign lists and what each is used for; empty for what is left out."""
    found: dict[str, str] = {}
    for file in files:
        if file.mapped is not None:
            uses = {column: use for use, names in file.mapped.uses.items() for column in names}
            for column in file.mapped.columns:
                found.setdefault(column, uses.get(column, ""))
    return found


def _recognised(
    path: Path, shown: str, wanted: Mapping[str, str] | None, *, alone: bool = False
) -> ListFile | None:
    if people_file.recognises(path):
        return None
    source = reading.open_source(path)
    if source is None:
        return None
    sample = list(islice(source.rows(), _SAMPLE))
    readable = [source.by_column(row) for row in sample if not row.fault]
    if not sample and _is_empty_export(source):
        return ListFile(source, None, shown)
    if not sample and not any(headings.meaning(name) == "email" for name in source.header):
        return None
    if readable and own_format.is_own(readable[0]):
        return ListFile(source, None, shown)
    there = columns.columns_of(readable, source.header)
    if alone:
        columns.check_wanted(wanted or {}, there)
    names = {column.strip().casefold() for column in there}
    here = {column: use for column, use in (wanted or {}).items() if column in names}
    mapped = columns.map_columns(readable, here, source.header)
    return ListFile(source, mapped, shown, is_empty=not sample) if mapped else None


def _columns_of(file: ListFile) -> Sequence[str]:
    return file.mapped.columns if file.mapped else file.source.header


def _is_empty_export(source: Source) -> bool:
    """An export of a hub without readers."""
    if source.format == "json":
        return source.path.stat().st_size < 100 and source.path.read_bytes().split() == [b"[]"]
    return own_format.is_own(dict.fromkeys(source.header))


def _files(root: Path) -> Iterator[str]:
    for folder, inner, names in os.walk(root):
        place = Path(folder).relative_to(root)
        deeper = len(place.parts) < _DEEPEST
        inner[:] = sorted(n for n in inner if deeper and not n.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield (place / name).as_posix()
