"""Where a request really comes from."""

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

# Some proxies write the port too: 203.0.113.7:4711, [2001:db8::1]:4711; RFC 7239 allows
# quotes. An address of IPv6 without brackets has two colons and more, and no port.
WITH_PORT = re.compile(
    r'"?(?:\[(?P<v6>[^\]]*)\](?::\d*)?|(?P<v4>[^:\[\]"]*):\d*)"?', re.ASCII
)


def address(request: HttpRequest) -> str:
    return address_of(request.META)


def address_of(headers: Mapping[str, object]) -> str:
    """The client's address; X-Forwarded-For counts only as far as our own proxies.

    With NUM_PROXIES = 2 the second entry from the right is the one that our outermost
    proxy wrote; what stands left of it anybody can forge.
    """
    forwarded = headers.get("HTTP_X_FORWARDED_FOR", "")
    if settings.NUM_PROXIES and forwarded:
        hops = str(forwarded).split(",")
        hop = without_port(hops[-min(settings.NUM_PROXIES, len(hops))].strip())
        if hop:
            return hop
    return str(headers.get("REMOTE_ADDR", ""))


def without_port(hop: str) -> str:
    found = WITH_PORT.fullmatch(hop)
    return (found["v6"] or found["v4"] or "").strip() if found else hop.strip('"')


@lru_cache(10_000)
def network(address: str) -> str:
    """The address, or of IPv6 the /64: a household has 2**64 of them to try from."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:  # a Unix socket, a proxy that writes "unknown"
        return address.replace("\x00", "")[:64]
    if isinstance(ip, IPv6Address):
        mapped = ip.ipv4_mapped
        return str(mapped or IPv6Address(int(ip) >> 64 << 64))
    return str(ip)
