"""The mail templates of the site's theme, styles moved into the tags."""

from collections.abc import Mapping
from pathlib import Path

import css_inline

from hub.mail.model import Render
from hub.site.model import Site
from hub.web import themes


def renderer(site: Site, owner_themes: Path) -> Render:
    """Renders templates of the theme's mail/ folder in a language (hub/mail/model.py).

    Where the theme's template fails the default's stands in: mail in another look is better
    than none, and the desk says what is wrong.
    """

    def render(template: str, language: str, context: Mapping[str, object]) -> str:
        # Looked for each time: the worker lives long, and its owner mends a template meanwhile.
        theme = themes.load(site.theme, owner_themes)
        rendered = theme.render(f"mail/{template}", language, context)
        return _inlined(rendered) if template.endswith(".html") else rendered

    return render


def _inlined(html: str) -> str:
    """Mail programs drop style sheets: each tag carries its own, but for media queries."""
    return css_inline.inline(html, load_remote_stylesheets=False)
