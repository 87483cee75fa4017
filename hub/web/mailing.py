"""The mail templates of the site's theme, styles moved into the tags."""

from collections.abc import Mapping
from pathlib import Path

import css_inline
from jinja2 import TemplateError

from hub.errors import Refused
from hub.i18n import N_
from hub.mail.model import Render
from hub.site.model import Site
from hub.web import themes


def renderer(site: Site, owner_themes: Path) -> Render:
    """Renders templates of the theme's mail/ folder in a language (hub/mail/model.py).

    What it returns raises Refused, naming the template, when the theme's template fails.
    """
    theme = themes.load(site.theme, owner_themes)

    def render(template: str, language: str, context: Mapping[str, object]) -> str:
        try:
            rendered = theme.render(f"mail/{template}", language, context)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise Refused(
                N_("The mail template %(template)s of the theme fails: %(reason)s"),
                template=template,
                reason=f"{type(error).__name__}: {error}",
            ) from error
        return _inlined(rendered) if template.endswith(".html") else rendered

    return render


def _inlined(html: str) -> str:
    """Mail programs drop style sheets: each tag carries its own, but for media queries."""
    return css_inline.inline(html, load_remote_stylesheets=False)
