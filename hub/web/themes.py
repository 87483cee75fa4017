"""Themes: Jinja2 templates in a sandbox, and the style sheet made of a theme's css/ files.

A theme is a folder: theme.toml (name, parent, the css files in order), pages/, mail/,
partials/, css/. The owner's own in data/themes/ come before those that ship with the
hub; what a theme lacks comes from its parent, and at last from `default`.

A template that fails never takes a page or a mail down: the default's stands in, and what
is wrong is remembered (and logged once) until the theme's files change.
"""

import hashlib
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub import i18n, logs
from hub.i18n import N_
from hub.mail import plain_text
from hub.web import theme_files
from hub.web.compiled import Compiled
from hub.web.theme_files import DEFAULT, SHIPPED, Fault

# Whatever a template can raise: Jinja2's own errors, and those of what it does with its values.
FAILURES = (
    *(TemplateError, ArithmeticError, AssertionError, AttributeError, LookupError),
    *(OSError, RuntimeError, TypeError, ValueError),
)


# For all environments: they differ in the language alone, which is looked up while rendering.
_COMPILED = Compiled()

# Takes a rendered text and gives the one to use; raises Unfit where there is none.
Finish = Callable[[str], str]


class Unfit(ValueError):
    """What a template gave cannot be used; the text says why, in English, to be translated."""


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """All css of a theme in one file; `digest` changes with its bytes, so it is kept for ever."""

    digest: str
    body: bytes


class Theme:
    """The templates of one theme, in every language of the hub. `quiet` ones log nothing."""

    def __init__(self, name: str, owner_themes: Path, *, quiet: bool = False) -> None:
        lineage = theme_files.lineage(name, owner_themes)
        self.name = name
        self._quiet = quiet
        self.folders = lineage.folders
        self._manifests = lineage.manifests
        self._owner_themes = owner_themes
        self._sheets: dict[str, StyleSheet] = {}
        self._faults: dict[tuple[str, int], Fault] = {}
        for fault in lineage.faults:
            self._remember(fault)
        loader = _loader(self.folders)
        self._environments = {
            language: _environment(loader, language) for language in i18n.LANGUAGES
        }

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was found wrong with this theme since its files changed last."""
        return tuple(self._faults.values())

    def render(
        self,
        template: str,
        language: str,
        context: Mapping[str, object],
        *,
        finish: Finish | None = None,
    ) -> str:
        """The text of a template in a language. `.html` escapes what it is given, `.txt` not.

        When the theme's template fails, or what `finish` does to its text, the default's answers.
        """
        if len(self.folders) == 1:
            return self.render_strictly(template, language, context, finish=finish)
        try:
            return self.render_strictly(template, language, context, finish=finish)
        except FAILURES as error:
            # Above what is wrong with the theme: a fault of the default's own raises here.
            text = desk().render_strictly(template, language, context, finish=finish)
            self._remember(self.fault_of(template, error))
            return text

    def render_strictly(
        self,
        template: str,
        language: str,
        context: Mapping[str, object],
        *,
        finish: Finish | None = None,
    ) -> str:
        """As `render`, but what fails raises."""
        found = self._environments[i18n.known(language)].get_template(template)
        text = found.render(context)
        return finish(text) if finish else text

    def compile(self, template: str) -> None:
        """Read a template without rendering it; what is no template raises."""
        self._environments[i18n.DEFAULT].get_template(template)

    def fault_of(self, template: str, error: Exception) -> Fault:
        """Which line of the theme failed while `template` was rendered, and why."""
        if isinstance(error, Unfit):
            return Fault(template, 0, str(error))
        reason = f"{type(error).__name__}: {error}"
        if isinstance(error, TemplateSyntaxError):
            return _fault(self._inside(error.filename or "") or template, error.lineno, reason)
        steps = [
            (self._inside(s.filename), s.lineno) for s in traceback.extract_tb(error.__traceback__)
        ]
        file, line = next(((f, n) for f, n in reversed(steps) if f), (template, 0))
        return _fault(file, line or 0, reason)

    def style_sheet(self, group: str = "css") -> StyleSheet:
        """The files of `css` (or `admin`: the desk), as theme.toml orders them, parents first."""
        if group not in self._sheets:
            parts: list[bytes] = []
            for folder, manifest in reversed(list(zip(self.folders, self._manifests, strict=True))):
                for name in manifest.admin if group == "admin" else manifest.css:
                    found = theme_files.style(folder, group, name)
                    if isinstance(found, Fault):
                        self._remember(found)
                    else:
                        parts.append(found)
            body = b"\n".join(parts)
            self._sheets[group] = StyleSheet(hashlib.sha256(body).hexdigest()[:16], body)
        return self._sheets[group]

    def _inside(self, filename: str) -> str:
        """A file's place in the theme it belongs to; empty for what is no template."""
        path = Path(filename)
        own = (f for f in self.folders if filename and path.is_relative_to(f))
        return next((path.relative_to(folder).as_posix() for folder in own), "")

    def _remember(self, fault: Fault) -> None:
        key = (fault.file, fault.line)
        if key in self._faults:
            return
        self._faults[key] = fault
        if not self._quiet:
            # Not the reason: it may quote what a reader typed.
            logs.warning("theme.fault", theme=self.name, file=fault.file, line=fault.line)


_loaded: dict[tuple[str, Path], tuple[int, Theme]] = {}


def load(name: str, owner_themes: Path) -> Theme:
    """The theme of that name as its files are now; `default` when there is none."""
    key = (name, owner_themes)
    now = state(name, owner_themes)
    known = _loaded.get(key)
    if known is None or known[0] != now:
        known = _loaded[key] = (now, Theme(name, owner_themes))
    return known[1]


def forget_changed() -> bool:
    """Whether files of a theme in use changed since it was loaded; it is loaded anew then."""
    stale = [key for key, (known, _) in list(_loaded.items()) if known != state(*key)]
    for key in stale:
        _loaded.pop(key, None)
    return bool(stale)


def names(owner_themes: Path) -> list[str]:
    """The themes there are: the hub's own first, then the owner's."""
    return theme_files.names(owner_themes)


def desk() -> Theme:
    """The look of the desk: always the hub's own, so that no theme can lock the owner out."""
    return load(DEFAULT, SHIPPED)


def state(name: str, owner_themes: Path) -> int:
    """Changes whenever a file of a theme or of its parents does."""
    # All of the owner's themes: a parent may change too, and a folder that is missing come back.
    return 0 if name == DEFAULT else theme_files.fingerprint(owner_themes)


def _fault(file: str, line: int, reason: str) -> Fault:
    return Fault(file, line, N_("%(error)s"), {"error": reason})


def _loader(folders: tuple[Path, ...]) -> ChoiceLoader:
    """Templates by their names, and as `default/pages/home.html` those of one theme alone.

    So a template can extend the one whose place it takes.
    """
    each = {folder.name: FileSystemLoader(str(folder)) for folder in reversed(folders)}
    return ChoiceLoader([FileSystemLoader([str(folder) for folder in folders]), PrefixLoader(each)])


def _environment(loader: ChoiceLoader, language: str) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=lambda name: name is not None and not name.endswith(".txt"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
        bytecode_cache=_COMPILED,
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

    def short_number(value: float) -> str:
        return i18n.short_number(value, language)

    def rate(value: float) -> str:
        return i18n.rate(value, language)

    def duration(seconds: float) -> str:
        return i18n.duration(seconds, language)

    return {
        "long_date": long_date,
        "day_and_month": day_and_month,
        "date_and_time": date_and_time,
        "number": number,
        "short_number": short_number,
        "direction": i18n.direction,
        "rate": rate,
        "duration": duration,
        "wrapped": plain_text.wrapped,
        "underlined": plain_text.underlined,
        "isolated": plain_text.isolated,
    }
