"""What became of it when a relay was tried: steps, each with its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hub.i18n import N_
from hub.mail.model import Standing

NAME, CONNECTION, ENCRYPTION = N_("Name"), N_("Connection"), N_("Encryption")
CERTIFICATE, LOG_IN, MESSAGE = N_("Certificate"), N_("Log-in"), N_("Test message")
_UNTRUSTED = N_("The certificate is not from an authority that is trusted here.")
# The codes of X509_verify_cert_error.
_CERTIFICATES = {
    9: N_("The certificate is not valid yet. Is the clock of this machine right?"),
    10: N_("The certificate has expired: whoever runs the server must renew it."),
    62: N_("The certificate is for another name. Type the name that it was made for."),
    64: N_("The certificate is for another name. Type the name that it was made for."),
}

State = Literal["good", "warning", "bad", "left"]


@dataclass(frozen=True, slots=True)
class Step:
    """`title` and `text` are to be translated; `answer` is the server's own words. `left`: there
    was nothing to do."""

    title: str
    state: State
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the steps; the last one is the one that failed, if one did.

    `standing`: how the relay is; one that only did not take this message works.
    """

    steps: tuple[Step, ...]
    standing: Standing

    @property
    def works(self) -> bool:
        """Whether a message went all the way."""
        return all(step.state != "bad" for step in self.steps)


def of_certificate(code: int) -> str:
    """What is wrong with a certificate, by OpenSSL's code."""
    return _CERTIFICATES.get(code, _UNTRUSTED)
