"""Logs as events with fields: `edition.sent id=12 accepted=340`.

Fields are numbers, states and names of things; never an address, a token or a body.
"""

import logging
import sys

_log = logging.getLogger("hub")


def configure() -> None:
    """Send the hub's events to stderr, once for the process."""
    if _log.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False


def event(name: str, **fields: object) -> None:
    """Something happened that the owner may want to find again."""
    _log.info(_line(name, fields))


def warning(name: str, **fields: object) -> None:
    """Something is not as it should be, and the hub goes on."""
    _log.warning(_line(name, fields))


def failure(name: str, **fields: object) -> None:
    """Something failed in a way nobody foresaw; the traceback of the current exception follows."""
    _log.error(_line(name, fields), exc_info=True)


def _line(name: str, fields: dict[str, object]) -> str:
    return " ".join([name, *(f"{key}={_value(value)}" for key, value in fields.items())])


def _value(value: object) -> str:
    text = str(value)
    return repr(text) if any(c.isspace() or not c.isprintable() for c in text) else text
