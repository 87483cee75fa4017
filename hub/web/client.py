"""Who is asking, and where they think they are."""

import ipaddress

from starlette.datastructures import URL
from starlette.requests import Request

from hub.settings import Network
from hub.web.state import hub

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address(request: Request) -> str:
    """The client's IP address in its one spelling; what the server said where that is none.

    X-Forwarded-For counts only from HUB_TRUSTED_PROXIES.
    """
    ip = _last_untrusted(request)
    parsed = _parsed(ip)
    return ip if parsed is None else str(parsed)


def known_address(request: Request) -> str:
    """As `address`; empty for what is no IP address."""
    ip = address(request)
    return ip if _parsed(ip) else ""


def opened(request: Request) -> URL:
    """The address in the client's window, without its query: that may be no text at all."""
    return URL(scope={**request.scope, "query_string": b""})


def network(ip: str) -> str:
    """The network that limits count together: the /24 of IPv4, the /64 of IPv6."""
    parsed = _parsed(ip)
    if parsed is None:
        return "unknown"
    prefix = 24 if parsed.version == 4 else 64
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))


def _last_untrusted(request: Request) -> str:
    peer = request.client.host if request.client else ""
    trusted = hub(request).settings.trusted_proxies
    if not _within(peer, trusted):
        return peer
    for hop in reversed(request.headers.get("x-forwarded-for", "").split(",")):
        hop = hop.strip()
        if hop and not _within(hop, trusted):
            return hop if _parsed(hop) else peer
    return peer


def _parsed(ip: str) -> Address | None:
    """An address without its zone; one of IPv4 that is written as IPv6 (RFC 4291 §2.5.5.2) is one
    of IPv4. None for what is no address."""
    try:
        parsed = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped
    return parsed


def _within(ip: str, networks: tuple[Network, ...]) -> bool:
    parsed = _parsed(ip)
    return parsed is not None and any(parsed in network for network in networks)
