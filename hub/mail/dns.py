"""Questions to the DNS, by dnspython."""

from collections.abc import Sequence

import dns.exception
import dns.rdatatype
import dns.resolver

SECONDS = 4.0


class DnsAway(Exception):
    """No answer came; that says nothing of what is there."""


class Dns:
    """Asks the system's resolver, or the `servers` (addresses) at `port`."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53) -> None:
        self._servers = list(servers)
        self._port = port

    def txt(self, name: str) -> list[str]:
        """The TXT records at a name, each in one piece; none when there are none."""
        # A record longer than 255 octets comes in several strings (RFC 7208 §3.3).
        return [b"".join(rr.strings).decode("utf-8", "replace") for rr in self._ask(name, "TXT")]

    def mx(self, name: str) -> list[str]:
        """The hosts that take a domain's mail, the preferred first."""
        found = sorted(self._ask(name, "MX"), key=lambda rr: rr.preference)
        return [rr.exchange.to_text(omit_final_dot=True) for rr in found]

    def _ask(self, name: str, kind: str) -> list[dns.resolver.Answer]:
        try:
            resolver = dns.resolver.Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers = list(self._servers)
                resolver.port = self._port
            return list(resolver.resolve(name, kind, lifetime=SECONDS))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise DnsAway(str(error)) from error
