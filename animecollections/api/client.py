"""Where a request really comes from."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """The client's address; X-Forwarded-For counts only as far as our own proxies.

    With NUM_PROXIES = 2 the second entry from the right is the one that our outermost
    proxy wrote; what stands left of it anybody can forge.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.NUM_PROXIES and forwarded:
        hops = [hop.strip() for hop in str(forwarded).split(",")]
        return hops[-min(settings.NUM_PROXIES, len(hops))]
    return str(request.META.get("REMOTE_ADDR", ""))


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
