"""The beginning of a theme: the few files that a new one starts from."""

from pathlib import Path

from hub.errors import Conflict, Refused, Unavailable
from hub.i18n import N_
from hub.web import theme_files

_RESERVED = {*theme_files.FOLDERS, "admin"}

_MANIFEST = """\
# What this theme lacks comes from its parent: "default", "workshop", or another of yours.
name = "{name}"
description = ""
parent = "default"

# In css/, in this order, after those of the parent.
css = ["{name}.css"]
"""
_CSS = """\
/* The parent's tokens are in its css/tokens.css; what is set here beats them. */
@layer tokens {
  :root {
    --accent: #7a2e4d;
    --accent-strong: #571f36;
    --accent-wash: #f6e9ee;
  }

  @media screen and (prefers-color-scheme: dark) {
    :root {
      --accent: #eba9c1;
      --accent-strong: #f5cedc;
      --on-accent: #2b0f1a;
      --accent-wash: #33202a;
    }
  }
}

/* Rules for what is seen: @layer components. */
@layer components {
  .after-word {
    padding-block-start: var(--space-5);
    font-style: italic;
  }
}
"""
_POST = """\
{# An example: the article of the default, with a line after it. Delete it, or change it. #}
{% extends "default/pages/post.html" %}
{% block after_article %}
<p class="after-word meta">{% trans %}Thank you for reading.{% endtrans %}</p>
{{ super() }}
{% endblock %}
"""


def make(name: str, owner_themes: Path) -> Path:
    """A new theme in the owner's folder; where it is.

    Raises Refused for a name that cannot be used, Conflict for one that is taken.
    """
    if not theme_files.NAME.fullmatch(name) or name in _RESERVED:
        raise Refused(
            N_("A theme cannot be called %(name)s: use letters, digits, - and _."), name=name
        )
    folder = owner_themes / name
    if name in theme_files.names(owner_themes) or folder.exists():
        raise Conflict(N_("There is a theme called %(name)s already."), name=name)
    files = {
        "theme.toml": _MANIFEST.format(name=name),
        f"css/{name}.css": _CSS,
        "pages/post.html": _POST,
    }
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unavailable(
            N_("The theme could not be written: %(reason)s"), reason=error.strerror or str(error)
        ) from error
    return folder
