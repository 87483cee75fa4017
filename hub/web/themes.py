"""Themes: Jinja2 templates in a sandbox, and the style sheet made of a theme's css/ files.

A theme is a folder: theme.toml (name, parent, the css files in order), pages/, mail/,
partials/, css/. The owner's own in data/themes/ come before those that ship with the
hub; what a theme lacks comes from its parent, and at last from `default`.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub import i18n

_INSIDE_WHEEL = Path(__file__).parent.parent / "themes"
SHIPPED = _INSIDE_WHEEL if _INSIDE_WHEEL.is_dir() else Path(__file__).parents[2] / "themes"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """All css of a theme in one file; `digest` changes with its bytes, so it is kept for ever."""

    digest: str
    body: bytes


class Theme:
    """The templates of one theme, in every language of the hub."""

    def __init__(self, name: str, owner_themes: Path) -> None:
        self.name = name
        self.folders = _lineage(name, owner_themes)
        self._sheets: dict[str, StyleSheet] = {}
        loader = FileSystemLoader([str(folder) for folder in self.folders])
        self._environments = {
            language: _environment(loader, language) for language in i18n.LANGUAGES
        }

    def render(self, template: str, language: str, context: Mapping[str, object]) -> str:
        """The text of a template in a language. `.html` escapes what it is given, `.txt` not."""
        return self._environments[i18n.known(language)].get_template(template).render(context)

    def style_sheet(self, group: str = "css") -> StyleSheet:
        """The files of `css` (or `admin`: the desk), as theme.toml orders them, parents first."""
        if group not in self._sheets:
            body = b"\n".join(
                (folder / group / name).read_bytes()
                for folder in reversed(self.folders)
                for name in _manifest(folder).get(group, ())
            )
            self._sheets[group] = StyleSheet(hashlib.sha256(body).hexdigest()[:16], body)
        return self._sheets[group]


@lru_cache(maxsize=8)
def load(name: str, owner_themes: Path) -> Theme:
    """The theme of that name; `default` when there is none."""
    return Theme(name, owner_themes)


def names(owner_themes: Path) -> list[str]:
    """The themes there are: the hub's own first, then the owner's."""
    own = sorted(f.name for f in owner_themes.glob("*/") if f.is_dir())
    shipped = sorted(f.name for f in SHIPPED.glob("*/") if f.is_dir() and f.name != DEFAULT)
    return list(dict.fromkeys([DEFAULT, *shipped, *own]))


def desk() -> Theme:
    """The look of the desk: always the hub's own, so that no theme can lock the owner out."""
    return load(DEFAULT, SHIPPED)


def _lineage(name: str, owner_themes: Path) -> list[Path]:
    """The theme's folder, its parents', and the default's."""
    folders: list[Path] = []
    wanted = name
    while wanted and wanted != DEFAULT and len(folders) < 5:
        folder = next((f for f in (owner_themes / wanted, SHIPPED / wanted) if f.is_dir()), None)
        if folder is None or folder in folders:
            break
        folders.append(folder)
        wanted = str(_manifest(folder).get("parent", DEFAULT))
    return [*folders, SHIPPED / DEFAULT]


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "theme.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _environment(loader: FileSystemLoader, language: str) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=lambda name: name is not None and not name.endswith(".txt"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    translations = i18n.catalogue(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        translations.gettext,
        translations.ngettext,
        newstyle=True,
        pgettext=translations.pgettext,
        npgettext=translations.npgettext,
    )
    environment.filters.update(_filters(language))
    return environment


def _filters(language: str) -> dict[str, Callable[..., str]]:
    def long_date(moment: datetime | date, timezone: str = "UTC") -> str:
        return i18n.long_date(moment, language, timezone)

    def day_and_month(moment: datetime, timezone: str = "UTC") -> str:
        return i18n.day_and_month(moment, language, timezone)

    def date_and_time(moment: datetime, timezone: str = "UTC") -> str:
        return i18n.date_and_time(moment, language, timezone)

    def number(value: float) -> str:
        return i18n.number(value, language)

    return {
        "long_date": long_date,
        "day_and_month": day_and_month,
        "date_and_time": date_and_time,
        "number": number,
        "direction": i18n.direction,
    }
