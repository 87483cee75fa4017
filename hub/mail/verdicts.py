"""What a refusal is about: the address, the moment, the sender or this message. Pure rules.

The enhanced status code (RFC 3463) in the text of a reply beats its three digits (RFC 5321),
with one exception: 4xx always asks to be tried again, whatever stands behind it.
"""

import re
from typing import Literal

from hub.mail.model import Outcome

# address: it takes no mail, now and later. soft: the mailbox, its system or the way there, and
# whatever nobody knows. sender: we, our name or our manners. message: this one as it is.
Verdict = Literal["address", "soft", "sender", "message"]

_STATUS = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_ADDRESS = frozenset(["1.1", "1.2", "1.3", "1.6", "1.10", "2.1"])
# 1.7 and 1.8 name the sender's address, though their group is that of the recipient's.
_SENDER = frozenset(["1.7", "1.8"])
_SENDER_GROUPS = ("5.", "6.", "7.")
# Too long for the mailbox or the system; letters beyond ASCII in the address of this reader,
# which the next server does not take (RFC 6531).
_MESSAGE = frozenset(["2.3", "3.4", "6.7", "6.9"])
_FULL = re.compile(r"\b(full|quota|storage|space)\b", re.IGNORECASE)
# Plain codes whose meaning is the same everywhere: too big (RFC 1870), a domain that takes no
# mail (RFC 7504), log in first (RFC 4954).
_PLAIN: dict[int, Verdict] = {
    552: "message",
    556: "address",
    530: "sender",
    534: "sender",
    535: "sender",
    538: "sender",
}


def status(code: int, text: str) -> str:
    """The enhanced status code of a reply, `5.1.1`; empty when it has none.

    Where it does not open the text it counts only if its class is that of the three digits:
    the version of some filter is not a code.
    """
    for found in _STATUS.finditer(text):
        if found.start() == 0 or found[1] == str(code)[:1]:
            return found[0]
    return ""


def is_final(code: int, text: str) -> bool:
    """Whether a refusal is for good. `550 4.2.1` says that it is not."""
    return 500 <= code < 600 and not status(code, text).startswith("4.")


def verdict(code: int, text: str) -> Verdict:
    """What a refusal (4xx or 5xx) is about; unknown counts as soft."""
    if not is_final(code, text):
        return "soft"
    found = status(code, text)
    if not found.startswith("5."):
        # RFC 5321 §4.2.3 gives 552 to a full mailbox too, and then it says so.
        return "soft" if code == 552 and _FULL.search(text) else _PLAIN.get(code, "soft")
    detail = found[2:]
    if detail in _MESSAGE:
        return "message"
    if detail in _ADDRESS:
        return "address"
    if detail in _SENDER or detail.startswith(_SENDER_GROUPS):
        return "sender"
    return "soft"


def reason_to_pause(outcome: Outcome) -> str:
    """Why nothing more of an edition should go out after this; empty when the others may.

    One reader's refusal never stops the others, unless it blames the sender, or the message
    before any reader was named: then the others would fare alike.
    """
    if outcome.state != "failed":
        return ""
    if outcome.about == "message":
        return outcome.reply if outcome.code is None else f"the relay answers {_said(outcome)}"
    if outcome.code is not None and verdict(outcome.code, outcome.reply) == "sender":
        return f"the relay refuses the newsletter: {_said(outcome)}"
    return ""


def _said(outcome: Outcome) -> str:
    return f"{outcome.code} {outcome.reply}"[:300]
