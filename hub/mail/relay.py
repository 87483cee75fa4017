"""The relay that the owner names. aiosmtplib opens, secures and authenticates the connection."""

import asyncio
import ssl
from typing import cast

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
)

from hub.mail.model import Connection, RelayAway, RelayRefuses
from hub.mail.session import Session, Waits
from hub.settings import SmtpRelay

CONNECT_SECONDS = 30.0


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
                await self._say_hello(client)
        except (ssl.SSLError, SMTPNotSupported) as error:
            client.close()
            raise RelayRefuses(_refusal(error)) from error
        except SMTPResponseException as error:  # a refused log-in is one
            client.close()
            if 500 <= error.code < 600:
                raise RelayRefuses(_refusal(error)) from error
            raise RelayAway(f"the relay answers {error.code} {error.message}") from error
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            # aiosmtplib's own class alone: the server lacks STARTTLS or AUTH.
            if type(error) is SMTPException:
                raise RelayRefuses(_refusal(error)) from error
            if isinstance(_root(error), ssl.SSLError):
                raise RelayRefuses(_refusal(_root(error))) from error
            raise RelayAway(f"the relay cannot be reached: {error}"[:300]) from error
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

    async def _say_hello(self, client: SMTP) -> None:
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
