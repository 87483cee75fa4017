"""Tries a theme on samples of everything, so that its owner hears of a fault before a reader."""

from functools import lru_cache
from pathlib import Path

from hub import i18n
from hub.admin import theme_samples
from hub.i18n import N_
from hub.site.model import Site
from hub.web import mailing, themes
from hub.web.theme_files import FOLDERS, Fault


def check(name: str, owner_themes: Path, site: Site) -> tuple[Fault, ...]:
    """What is wrong with a theme: manifest, css, and each template with samples of its variables.

    Faults that readers met since its files changed last are among them. Tried again when the
    theme's files or the site's settings change.
    """
    met = themes.load(name, owner_themes).faults
    tried = _tried(name, owner_themes, themes.state(name, owner_themes), site)
    known = {(fault.file, fault.line): fault for fault in (*tried, *met)}
    return tuple(known.values())


def told(name: str, owner_themes: Path, site: Site) -> list[str]:
    """The same in the site's language, a line each."""
    return [in_words(fault, site.language) for fault in check(name, owner_themes, site)]


def in_words(fault: Fault, language: str) -> str:
    """`pages/home.html, line 3: …`"""
    reason = i18n.translate(language, fault.reason, **fault.values)
    if not fault.line:
        return f"{fault.file}: {reason}"
    place = N_("%(file)s, line %(line)s: %(reason)s")
    return i18n.translate(language, place, file=fault.file, line=fault.line, reason=reason)


@lru_cache(maxsize=4)
def _tried(name: str, owner_themes: Path, _state: int, site: Site) -> tuple[Fault, ...]:
    theme = themes.Theme(name, owner_themes, quiet=True)
    theme.style_sheet()
    found = list(theme.faults)
    samples = theme_samples.contexts(site)
    for template, context in samples.items():
        try:
            finish = mailing.finisher(template, context) if template.startswith("mail/") else None
            theme.render_strictly(template, site.language, context, finish=finish)
        except themes.FAILURES as error:
            found.append(theme.fault_of(template, error))
    for template in sorted(_own_templates(theme) - samples.keys()):
        try:
            theme.compile(template)
        except themes.FAILURES as error:
            found.append(theme.fault_of(template, error))
    return tuple(found)


def _own_templates(theme: themes.Theme) -> set[str]:
    """Templates of the theme and its parents, without those of the default."""
    return {
        path.relative_to(folder).as_posix()
        for folder in theme.folders[:-1]
        for kind in FOLDERS
        for path in folder.glob(f"{kind}/**/*")
        if path.suffix in (".html", ".txt")
    }
