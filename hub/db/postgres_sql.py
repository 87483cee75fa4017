"""The stores' SQL with `:name` parameters, as psycopg wants it: `%(name)s`."""

import re
from functools import lru_cache

# What is skipped as a whole comes first, so that nothing inside it is taken for a parameter.
_TOKENS = re.compile(
    r"""
      '(?:[^']|'')*'          # a string
    | "(?:[^"]|"")*"          # a quoted identifier
    | --[^\n]*                # a comment to the end of the line
    | /\*.*?\*/               # a comment
    | ::                      # a cast
    | :(?P<name>[A-Za-z_]\w*) # a parameter
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=1024)
def translate(sql: str) -> str:
    """`WHERE a = :a` → `WHERE a = %(a)s`.

    Strings, quoted identifiers, comments and `::` stay as they are, and every `%` is
    doubled, because psycopg would read it as the beginning of a parameter.
    """
    return _TOKENS.sub(_replaced, sql.replace("%", "%%"))


def _replaced(token: re.Match[str]) -> str:
    name = token["name"]
    return token[0] if name is None else f"%({name})s"
