"""The mail templates of the site's theme, styles moved into the tags."""

from collections.abc import Mapping

import css_inline

from hub.i18n import N_
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
        finish = finisher(template, given)
        return theme.render(f"mail/{template}", language, given, finish=finish)

    return render


def finisher(template: str, context: Mapping[str, object]) -> themes.Finish:
    """What is done to a rendered mail: mail programs drop style sheets, so each tag of its HTML
    carries its own, but for media queries. A newsletter that nobody could leave is refused."""
    # A newsletter's stands in a slot, as each reader has another; a welcome has its reader's.
    own = str(context.get("unsubscribe_url", ""))
    way_out = getattr(context.get("slots"), "unsubscribe_url", own)

    def finish(text: str) -> str:
        if way_out not in text:
            raise themes.Unfit(N_("The link to unsubscribe is missing."))
        return _inlined(text) if template.endswith(".html") else text

    return finish


def _inlined(html: str) -> str:
    try:
        return css_inline.inline(html, load_remote_stylesheets=False)
    except css_inline.InlineError as error:
        raise themes.Unfit(N_("Its styles cannot be moved into the tags.")) from error
