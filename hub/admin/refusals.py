"""What a mail server's answer means, in a few words for people who read no codes."""

import re

from hub.i18n import N_
from hub.mail import verdicts

_FULL = re.compile(r"\b(full|quota|storage|over.?quota)\b", re.IGNORECASE)
_BY_DETAIL = {
    "2.1": N_("the mailbox is closed"),
    "2.2": N_("the mailbox is full"),
    "2.3": N_("the mail is too large for the mailbox"),
    "3.4": N_("the mail is too large for their server"),
    "1.2": N_("the domain of the address does not exist"),
    "1.10": N_("the domain of the address takes no mail"),
    "4.4": N_("nobody knows the way to their server"),
}
_BY_VERDICT = {
    "address": N_("there is no such mailbox"),
    "sender": N_("their server does not take mail from you: a rule of theirs, or your reputation"),
    "message": N_("their server refuses this mail as it is"),
}
_LATER = N_("their server asks to try again later")


def words(code: int | None, reply: str) -> str:
    """English words for an answer; empty where nobody knows more than the answer says."""
    if code is None:
        return ""
    status = verdicts.status(code, reply)
    detail = status[2:]
    if detail in _BY_DETAIL:
        return _BY_DETAIL[detail]
    if _FULL.search(reply):
        return _BY_DETAIL["2.2"]
    if not verdicts.is_final(code, reply):
        return _LATER
    return _BY_VERDICT.get(verdicts.verdict(code, reply), "")
