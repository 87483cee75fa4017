"""The relay that the owner names. aiosmtplib opens, secures and authenticates the connection."""

import asyncio
import base64
import socket
import ssl
from collections.abc import Awaitable
from typing import cast

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponse,
    SMTPResponseException,
)

from hub.mail.model import Connection, RelayAway, RelayRefuses
from hub.mail.session import Session, Waits
from hub.settings import SmtpRelay

CONNECT_SECONDS = 30.0
# A shorter one may be a word of the answer.
_SHORTEST_SECRET = 8


class RelayMailer:
    """A mailer over SMTP. `local_name` is said at EHLO; `context` overrides the trusted roots."""

    def __init__(
        self,
        relay: SmtpRelay,
        *,
        local_name: str,
        waits: Waits | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._relay = relay
        self._local_name = local_name
        self._waits = waits or Waits()
        self._context = context

    async def connect(self) -> Connection:
        client = self._client()
        try:
            # A server that answers each step just in time must not hold the lane for ever.
            async with asyncio.timeout(2 * CONNECT_SECONDS):
                await client.connect()
                await _say_hello(client)
        except (SMTPException, OSError) as error:  # a TimeoutError is an OSError
            client.close()
            raise _trouble(error, self._relay) from error
        except BaseException:
            client.close()
            raise
        return _hand_over(client, self._waits)

    def _client(self) -> SMTP:
        relay = self._relay
        return SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.username or None,
            password=relay.password or None,
            local_hostname=self._local_name,
            timeout=CONNECT_SECONDS,
            use_tls=relay.tls == "implicit",
            start_tls={"required": True, "auto": None}.get(relay.tls, False),
            tls_context=self._context,
        )


class Dialogue:
    """The same connection step by step, for whoever wants to know at which one it fails.

    Each step raises RelayAway or RelayRefuses in the words of RelayMailer, from what was behind
    it; `answered` is what the server said to this step, with its code.
    """

    def __init__(
        self, relay: SmtpRelay, *, local_name: str, context: ssl.SSLContext | None = None
    ) -> None:
        self._relay = relay
        self._client = SMTP(
            hostname=relay.host,
            local_hostname=local_name,
            timeout=CONNECT_SECONDS,
            use_tls=relay.tls == "implicit",
            start_tls=False,
            tls_context=context,
        )
        self.answered = ""

    async def greet(self, reached: socket.socket) -> None:
        """Take over a connection and hear the server's greeting, behind TLS where it begins so."""
        await self._step(self._client.connect(sock=reached))

    async def secure(self) -> None:
        """STARTTLS (RFC 3207)."""
        await self._step(self._client.starttls())

    async def log_in(self) -> None:
        relay = self._relay
        await self._step(self._client.login(relay.username, relay.password))

    async def connection(self, waits: Waits) -> Connection:
        """The rest of the way, as every mail goes."""
        await self._step(_say_hello(self._client))
        return _hand_over(self._client, waits)

    def secured(self) -> tuple[str, str]:
        """The version of TLS and until when the certificate is valid, as OpenSSL writes it."""
        tls = self._client.get_transport_info("ssl_object")
        certificate = tls.getpeercert() or {} if tls is not None else {}
        return (tls.version() or "" if tls is not None else ""), str(certificate.get("notAfter"))

    def close(self) -> None:
        self._client.close()

    async def _step(self, doing: Awaitable[SMTPResponse | None]) -> None:
        self.answered = ""
        try:
            answer = await doing
        except (SMTPException, OSError) as error:
            if isinstance(error, SMTPResponseException):
                self.answered = f"{error.code} {error.message}"
            raise _trouble(error, self._relay) from _root(error)
        if answer is not None:
            self.answered = f"{answer.code} {answer.message}"


async def _say_hello(client: SMTP) -> None:
    # After STARTTLS the server has forgotten the first EHLO (RFC 3207 §4.2).
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except SMTPResponseException:
            await client.helo()


def _hand_over(client: SMTP, waits: Waits) -> Connection:
    transport = cast(asyncio.Transport, client.transport)
    session = Session(transport, dict(client.esmtp_extensions), waits)
    transport.set_protocol(session)
    # A connection that was lost in between told the old protocol, not this one.
    if transport.is_closing():
        raise RelayAway("the relay closed the connection")
    return session


def without_password(text: str, relay: SmtpRelay) -> str:
    """What a server said, which may be what it was told."""
    if len(relay.password) < _SHORTEST_SECRET:
        return text
    told = (relay.password, f"\0{relay.username}\0{relay.password}")
    for secret in (relay.password, *(base64.b64encode(one.encode()).decode() for one in told)):
        text = text.replace(secret, "•••")
    return text


def _trouble(error: SMTPException | OSError, relay: SmtpRelay) -> RelayAway | RelayRefuses:
    found = _judged(error)
    return type(found)(without_password(str(found), relay))


def _judged(error: SMTPException | OSError) -> RelayAway | RelayRefuses:
    """What is said of a relay that could not be used. 5xx and TLS are for its owner to mend."""
    if isinstance(error, ssl.SSLError | SMTPNotSupported):
        return RelayRefuses(_refusal(error))
    if isinstance(error, SMTPResponseException):  # a refused log-in is one
        if 500 <= error.code < 600:
            return RelayRefuses(_refusal(error))
        return RelayAway(f"the relay answers {error.code} {error.message}")
    # aiosmtplib's own class alone: the server lacks STARTTLS or AUTH.
    if type(error) is SMTPException:
        return RelayRefuses(_refusal(error))
    if isinstance(_root(error), ssl.SSLError):
        return RelayRefuses(_refusal(_root(error)))
    return RelayAway(f"the relay cannot be reached: {error}"[:300])


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _refusal(error: BaseException) -> str:
    if isinstance(error, SMTPAuthenticationError):
        return f"the relay refuses the log-in: {error.code} {error.message}"[:300]
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the relay's certificate is not valid: {error.verify_message}"[:300]
    if isinstance(error, ssl.SSLError):
        return f"no secure connection to the relay: {error.reason or error}"[:300]
    if isinstance(error, SMTPResponseException):
        return f"the relay refuses: {error.code} {error.message}"[:300]
    return f"the relay refuses: {error}"[:300]
