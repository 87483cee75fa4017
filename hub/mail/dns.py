"""Questions to the DNS, by dnspython."""

from collections.abc import Sequence

import dns.exception
import dns.rdatatype
import dns.resolver
import dns.reversename

SECONDS = 4.0


class DnsAway(Exception):
    """No answer came; that says nothing of what is there."""


class Dns:
    """Asks the system's resolver, or the `servers` (addresses) at `port`, for `seconds` at most
    each time."""

    def __init__(
        self, servers: Sequence[str] = (), port: int = 53, *, seconds: float = SECONDS
    ) -> None:
        self._servers = list(servers)
        self._port = port
        self._seconds = seconds

    def txt(self, name: str) -> list[str]:
        """The TXT records at a name, each in one piece; none when there are none."""
        # A record longer than 255 octets comes in several strings (RFC 7208 §3.3).
        return [b"".join(rr.strings).decode("utf-8", "replace") for rr in self._ask(name, "TXT")]

    def mx(self, name: str) -> list[str]:
        """The hosts that take a domain's mail, the preferred first."""
        found = sorted(self._ask(name, "MX"), key=lambda rr: rr.preference)
        return [rr.exchange.to_text(omit_final_dot=True) for rr in found]

    def addresses(self, name: str) -> list[str]:
        """The IP addresses of a host, those of IPv4 first."""
        return [rr.address for kind in ("A", "AAAA") for rr in self._ask(name, kind)]

    def names(self, address: str) -> list[str]:
        """What an IP address is called (PTR)."""
        reverse = dns.reversename.from_address(address).to_text()
        return [rr.target.to_text(omit_final_dot=True) for rr in self._ask(reverse, "PTR")]

    def _ask(self, name: str, kind: str) -> list[dns.resolver.Answer]:
        try:
            resolver = dns.resolver.Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers = list(self._servers)
                resolver.port = self._port
            return list(resolver.resolve(name, kind, lifetime=self._seconds))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise DnsAway(str(error)) from error
