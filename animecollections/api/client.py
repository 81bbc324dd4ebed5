"""Where a request really comes from."""

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
