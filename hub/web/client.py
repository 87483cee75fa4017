"""Who is asking, and where they think they are."""

import ipaddress

from starlette.datastructures import URL
from starlette.requests import Request

from hub.settings import Network
from hub.web.state import hub


def address(request: Request) -> str:
    """The client's IP address. X-Forwarded-For counts only from HUB_TRUSTED_PROXIES."""
    peer = request.client.host if request.client else ""
    trusted = hub(request).settings.trusted_proxies
    if not _within(peer, trusted):
        return peer
    for hop in reversed(request.headers.get("x-forwarded-for", "").split(",")):
        hop = hop.strip()
        if hop and not _within(hop, trusted):
            return hop if _valid(hop) else peer
    return peer


def opened(request: Request) -> URL:
    """The address in the client's window, without its query: that may be no text at all."""
    return URL(scope={**request.scope, "query_string": b""})


def network(ip: str) -> str:
    """The network that limits count together: the /24 of IPv4, the /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    prefix = 24 if parsed.version == 4 else 64
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))


def _valid(ip: str) -> bool:
    try:
        ipaddress.ip_address(ip)
    except ValueError:
        return False
    return True


def _within(ip: str, networks: tuple[Network, ...]) -> bool:
    return _valid(ip) and any(ipaddress.ip_address(ip) in network for network in networks)
