"""A theme's files: its manifest checked, its parents found, and whether something changed.

A theme comes from its owner or from a stranger: whatever is wrong in it becomes a Fault, which
the desk shows, and the default stands in.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hub.i18n import N_

_INSIDE_WHEEL = Path(__file__).parent.parent / "themes"
SHIPPED = _INSIDE_WHEEL if _INSIDE_WHEEL.is_dir() else Path(__file__).parents[2] / "themes"
DEFAULT = "default"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
FOLDERS = ("pages", "partials", "mail", "css")
MOST_PARENTS = 5

_KNOWN = {"name", "description", "parent", "css", "admin"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a theme: `file` inside its folder, `line` from 1 (0: none), the reason.

    `reason` is an English text with %(name)s slots that `values` fill.
    """

    file: str
    line: int
    reason: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """theme.toml: the parent's name, and the style sheets in order, by the folder they are in."""

    parent: str = DEFAULT
    css: tuple[str, ...] = ()
    admin: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """A theme's folders, its own first and the default's last, and what is wrong with them."""

    folders: tuple[Path, ...]
    manifests: tuple[Manifest, ...]
    faults: tuple[Fault, ...]


class BrokenManifest(Exception):
    """theme.toml cannot be used; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def lineage(name: str, owner_themes: Path) -> Lineage:
    """The folders of a theme; those of the default alone when it, or a parent, is unusable."""
    folders: list[Path] = []
    manifests: list[Manifest] = []
    faults: list[Fault] = []
    wanted = name
    while wanted != DEFAULT:
        try:
            folder = _folder(wanted, owner_themes, folders)
            manifest = read_manifest(folder)
        except BrokenManifest as error:
            faults.append(error.fault)
            folders, manifests = [], []
            break
        folders.append(folder)
        manifests.append(manifest)
        wanted = manifest.parent
    last = SHIPPED / DEFAULT
    return Lineage((*folders, last), (*manifests, read_manifest(last)), tuple(faults))


def read_manifest(folder: Path) -> Manifest:
    """theme.toml of a folder, empty when there is none. Raises BrokenManifest."""
    try:
        text = (folder / "theme.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        return Manifest()
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(0, N_("It cannot be read: %(error)s"), error=str(error)) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise _broken(line, N_("This is not TOML: %(error)s"), error=str(error)) from error
    for key in table:
        if key not in _KNOWN:
            raise _broken(_line_of(text, key), N_("%(key)s means nothing here."), key=key)
    parent = table.get("parent", DEFAULT)
    if not isinstance(parent, str) or not NAME.fullmatch(parent):
        raise _broken(_line_of(text, "parent"), N_("parent must be the name of a theme."))
    return Manifest(parent, *(_files(text, table, key) for key in ("css", "admin")))


def style(folder: Path, group: str, name: str) -> bytes | Fault:
    """A style sheet of a theme. Files outside the theme are none of its business."""
    path = (folder / group / name).resolve()
    if not path.is_relative_to(folder.resolve()) or path.suffix != ".css":
        return Fault("theme.toml", 0, N_("%(name)s is no css file of this theme."), {"name": name})
    try:
        return path.read_bytes()
    except OSError as error:
        reason = N_("The css file %(name)s cannot be read: %(error)s")
        values = {"name": f"{group}/{name}", "error": error.strerror or str(error)}
        return Fault("theme.toml", 0, reason, values)


def fingerprint(owner_themes: Path) -> int:
    """Changes whenever a file of the owner's themes does."""
    state: list[tuple[str, int, int]] = []
    for pattern in ("*", "*/theme.toml", *(f"*/{folder}/**/*" for folder in FOLDERS)):
        for path in owner_themes.glob(pattern):
            try:
                found = path.stat()
            except OSError:
                continue  # gone, or a link that leads nowhere
            state.append((str(path), found.st_mtime_ns, found.st_size))
    return hash(tuple(sorted(state)))


def names(owner_themes: Path) -> list[str]:
    """The themes there are: the hub's own first, then the owner's."""
    own = sorted(f.name for f in owner_themes.glob("*/") if f.is_dir() and NAME.fullmatch(f.name))
    shipped = sorted(f.name for f in SHIPPED.glob("*/") if f.is_dir() and f.name != DEFAULT)
    return list(dict.fromkeys([DEFAULT, *shipped, *own]))


def _folder(name: str, owner_themes: Path, before: Sequence[Path]) -> Path:
    places = (owner_themes / name, SHIPPED / name) if NAME.fullmatch(name) else ()
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        raise _broken(0, N_("There is no theme called %(name)s."), name=name)
    if folder in before or len(before) >= MOST_PARENTS:
        raise _broken(0, N_("The parents of this theme go round in a circle."))
    return folder


def _files(text: str, table: dict[str, object], key: str) -> tuple[str, ...]:
    files = table.get(key, [])
    if not isinstance(files, list) or not all(isinstance(name, str) for name in files):
        raise _broken(_line_of(text, key), N_("%(key)s must be a list of names of files."), key=key)
    return tuple(files)


def _line_of(text: str, key: str) -> int:
    """Where a key of theme.toml stands, as near as can be told."""
    lines = enumerate(text.splitlines(), 1)
    return next((n for n, line in lines if line.lstrip(' "[').startswith(key)), 0)


def _broken(line: int, reason: str, **values: str) -> BrokenManifest:
    return BrokenManifest(Fault("theme.toml", line, reason, values))
