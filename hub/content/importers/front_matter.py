"""Front matter: what stands above an article, in YAML, TOML or JSON, by python-frontmatter."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own
from frontmatter.default_handlers import BaseHandler, JSONHandler, YAMLHandler

from hub.errors import Refused
from hub.i18n import N_

LARGEST = 64_000
DEEPEST = 1_000
MOST_ALIASES = 100
MOST_MERGED = 10_000


class _Toml(BaseHandler):
    """TOML between `+++`, by the standard library."""

    FM_BOUNDARY = re.compile(r"^\+{3,}\s*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"

    def load(self, fm: str) -> Any:
        # tomllib walks from the root to each part of a name.
        if any(line.partition("=")[0].count(".") > DEEPEST for line in fm.splitlines()):
            raise ValueError("a name has too many parts")
        return tomllib.loads(fm)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML is not typed
    """Pure Python: the C one can be made to overflow the stack of the process.

    What a few lines can multiply by naming each other (`&a`, `*a`, `<<`) has its bounds.
    """

    _aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            self._aliases += 1
            if self._aliases > MOST_ALIASES:
                raise yaml.YAMLError("too many aliases")
        return super().compose_node(parent, index)

    def flatten_mapping(self, node: Any) -> None:
        super().flatten_mapping(node)
        if len(node.value) > MOST_MERGED:
            raise yaml.YAMLError("too much is merged")


class _Yaml(YAMLHandler):
    def load(self, fm: str, **_: object) -> Any:
        return yaml.load(fm, Loader=_Loader)


_HANDLERS = (_Yaml(), _Toml(), JSONHandler())


def split(text: str) -> tuple[Mapping[str, Any], str]:
    """The front matter, its names lower-cased, and the text below it.

    Without front matter an empty mapping. Raises Refused for one that cannot be read.
    """
    text = text.lstrip("\n")
    handler = next((handler for handler in _HANDLERS if handler.detect(text)), None)
    if handler is None:
        return {}, text
    try:
        head, body = handler.split(text)
    except ValueError:
        # A lone `---` is a rule across the page.
        return {}, text
    if len(head) > LARGEST:
        raise Refused(N_("The front matter is too long."))
    try:
        values = handler.load(head)
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise Refused(N_("The front matter cannot be read: %(reason)s"), reason=reason) from error
    if values is None:
        return {}, body
    if not isinstance(values, dict):
        raise Refused(N_("The front matter is not a list of names and values."))
    return {str(name).lower(): value for name, value in values.items()}, body
