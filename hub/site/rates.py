"""How the owner writes rates: `0.5` a second, and `gmail.com 5/s, orange.fr 2000/h, * 10/s`."""

import re

from hub import addresses
from hub.errors import Refused
from hub.i18n import N_

# Every domain that no other rule names.
OTHERS = "*"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_RULE = re.compile(r"(\S+)\s+(\d{1,9}(?:\.\d{1,6})?)\s*/\s*([smhd])")
_NUMBER = re.compile(r"\d{1,5}(?:\.\d{1,3})?")
_SLOWEST, _FASTEST = 0.001, 10_000.0
_MOST_RULES = 200


def per_second(text: str) -> float | None:
    """Messages a second, 0.001 to 10,000 (`0.5` or `0,5`); None for no text. Raises Refused."""
    if not text:
        return None
    text = text.replace(",", ".")
    number = float(text) if text.isascii() and _NUMBER.fullmatch(text) else 0.0
    if not _SLOWEST <= number <= _FASTEST:
        raise Refused(N_("This must be a number such as 20 or 0.5, at most 10000."))
    return number


def by_domain(text: str) -> dict[str, float]:
    """Messages a second by domain (A-label form, or OTHERS), one rule a line or after a comma.

    Raises Refused, with the rule that cannot be read.
    """
    rules: dict[str, float] = {}
    for rule in (part.strip() for part in re.split(r"[,;\n]", text)):
        if not rule:
            continue
        found = _RULE.fullmatch(rule)
        rate = float(found[2]) / _SECONDS[found[3]] if found else 0.0
        # A few a day is the slowest that means anything.
        if not found or not 1 / 86400 <= rate <= _FASTEST:
            raise Refused(
                N_("“%(rule)s” is no rule; write one like gmail.com 5/s or orange.fr 2000/h."),
                rule=rule[:80],
            )
        rules[_domain(found[1], rule)] = rate
        if len(rules) > _MOST_RULES:
            raise Refused(N_("At most %(most)s rules."), most=_MOST_RULES)
    return rules


def _domain(text: str, rule: str) -> str:
    domain = text.removeprefix("@")
    if domain == OTHERS:
        return OTHERS
    try:
        return addresses.key(addresses.checked(f"x@{domain}")).partition("@")[2]
    except Refused as error:
        raise Refused(N_("“%(rule)s” names no domain."), rule=rule[:80]) from error
