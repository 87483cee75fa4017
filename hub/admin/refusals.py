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
_BY_BLOCK = re.compile(
    r"\b(spam|block(ed|list)|blacklist|policy|reputation|banned)\b", re.IGNORECASE
)
_BY_NAME = re.compile(
    r"\b(no such|unknown (user|mailbox|address|recipient)|(user|mailbox|address|recipient)"
    r" (unknown|not found)|does not exist|doesn't exist)\b",
    re.IGNORECASE,
)
_NO_NAME = N_("their server says that it does not know this address")
_NO_REASON = N_("their server refuses this mail, and gives no reason that the hub knows")
_BROKEN_OFF = N_("the connection broke off before the mail was taken")
# Without an answer of a server: what the ledger says then, and what it means.
_WITHOUT_CODE = (
    ("no answer to the message", N_("the server had the whole mail and did not answer: it may have"
                                    " arrived")),
    ("closed the connection", _BROKEN_OFF),
    ("the connection failed", _BROKEN_OFF),
    ("no answer within", N_("the server did not answer in time")),
)  # fmt: skip


def words(code: int | None, reply: str) -> str:
    """English words for an answer; empty where the hub says itself what happened."""
    if code is None:
        return next((means for said, means in _WITHOUT_CODE if said in reply), "")
    status = verdicts.status(code, reply)
    detail = status[2:]
    if detail in _BY_DETAIL:
        return _BY_DETAIL[detail]
    if _FULL.search(reply):
        return _BY_DETAIL["2.2"]
    if not verdicts.is_final(code, reply):
        return _LATER
    return _BY_VERDICT.get(verdicts.verdict(code, reply)) or _by_its_words(reply)


def _by_its_words(reply: str) -> str:
    """For the answers without a code that says more than 550."""
    if _BY_NAME.search(reply):
        return _NO_NAME
    return _BY_VERDICT["sender"] if _BY_BLOCK.search(reply) else _NO_REASON
