"""The mail templates of the site's theme, styles moved into the tags."""

from collections.abc import Mapping

import css_inline

from hub.mail.model import Render
from hub.settings import Settings
from hub.site.model import Site
from hub.web import look, themes


def renderer(site: Site, settings: Settings) -> Render:
    """Renders templates of the theme's mail/ folder in a language (hub/mail/model.py).

    Beside what it is given a template gets the owner's colour and logo. Where the theme's template
    fails the default's stands in: mail in another look is better than none, and the desk says
    what is wrong.
    """

    def render(template: str, language: str, context: Mapping[str, object]) -> str:
        # Looked for each time: the worker lives long, and its owner mends a template meanwhile.
        theme = themes.load(site.theme, settings.themes)
        given = {**look.in_mail(site, settings.media), **context}
        return theme.render(f"mail/{template}", language, given, finish=finisher(template))

    return render


def finisher(template: str) -> themes.Finish | None:
    """What is done to a rendered mail: mail programs drop style sheets, so each tag of its HTML
    carries its own, but for media queries."""
    return _inlined if template.endswith(".html") else None


def _inlined(html: str) -> str:
    try:
        return css_inline.inline(html, load_remote_stylesheets=False)
    except css_inline.InlineError as error:
        raise ValueError(f"the styles cannot be used: {error}") from error
