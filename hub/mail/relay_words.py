"""Why a mail server cannot be used, for its owner: what is wrong, which server, what to look at.

The ledger keeps English notes with the machine's own words (hub/mail/relay.py, trying.py); those
stand behind, for whoever runs the server.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hub.i18n import N_


@dataclass(frozen=True, slots=True)
class Told:
    """`text` is a translatable message for `values`; `answer` what the machine said, or empty."""

    text: str
    values: Mapping[str, object]
    answer: str = ""


_REFUSED = N_(
    "Nothing answers on port %(port)s of %(host)s. Look whether the mail server runs there, and"
    " whether the port is right."
)
_SILENT = N_(
    "%(host)s does not answer on port %(port)s. Look whether the port is right, and whether whoever"
    " hosts this hub lets mail out."
)
_UNKNOWN = N_(
    "No server called %(host)s is found. Look for a typing mistake; else the names of the Internet"
    " (DNS) cannot be asked from here."
)
_ENDED = N_(
    "%(host)s ended the connection on port %(port)s. Look whether port and encryption are right."
)
_NO_WAY = N_(
    "There is no connection to %(host)s, port %(port)s. Look whether the mail server runs, and"
    " whether this machine reaches the Internet."
)
_LOG_IN = N_(
    "%(host)s refuses the user name or the password. Type them again; some providers want a"
    " password of its own for programs."
)
_CERTIFICATE = N_(
    "The certificate of %(host)s is not valid, so no mail goes there. Look whether the server's"
    " name is right; else whoever runs it has to renew it."
)
_IN_THE_CLEAR = N_(
    "%(host)s takes no encrypted connection on port %(port)s. Try another encryption or port: TLS"
    " is usual on 465, STARTTLS on 587."
)
_SENDER = N_(
    "%(host)s does not take mail from your address. Look whether your domain is confirmed with the"
    " provider."
)
_REFUSES = N_("%(host)s refuses the hub's mail. What it answers says why.")
_LATER = N_("%(host)s cannot take mail at the moment. The hub tries again by itself.")

# The first that is found decides; what a note says before its colon, and then behind it.
_KNOWN = (
    (r"the relay refuses the log-in: (.*)", _LOG_IN),
    (r"the relay's certificate is not valid: (.*)", _CERTIFICATE),
    (r"no secure connection to the relay: (.*)", _IN_THE_CLEAR),
    (r"the relay refuses: (.*STARTTLS.*)", _IN_THE_CLEAR),
    (r"the relay refuses the sender: (.*)", _SENDER),
    (r"the relay refuses(?: the newsletter)?: (.*)", _REFUSES),
    (r"the relay answers (.*)", _LATER),
    (r"the relay closed the connection()", _ENDED),
    (r"the relay cannot be reached: (.*(?:Errno 111|Errno 61|refused).*)", _REFUSED),
    (r"the relay cannot be reached: (.*(?:timed? ?out|no answer).*)", _SILENT),
    (
        r"the relay cannot be reached: (.*(?:Errno -\d|not known|name resolution|getaddrinfo).*)",
        _UNKNOWN,
    ),
    (r"the relay cannot be reached: (.*(?:lost|reset|closed|EOF).*)", _ENDED),
    (r"the relay cannot be reached: (.*)", _NO_WAY),
)
_PATTERNS = [(re.compile(known, re.IGNORECASE | re.DOTALL), text) for known, text in _KNOWN]


def told(relay: str, reason: str) -> Told | None:
    """`reason` as it was noted of the relay called `host:port`; None for a note of another kind."""
    host, _, port = relay.rpartition(":")
    values = {"host": host.strip("[]") or relay, "port": port}
    for pattern, text in _PATTERNS:
        if found := pattern.fullmatch(reason):
            return Told(text, values, " ".join(found[1].split()))
    return None
