"""One header of a request."""

from django.http import HttpRequest
from rest_framework.request import Request


def header(request: Request | HttpRequest, name: str) -> str | None:
    """As `request.headers.get`, which makes an object of all headers first: a thirtieth
    of what a 304 costs.
    """
    plain = getattr(request, "_request", request)
    value: str | None = plain.META.get(f"HTTP_{name.upper().replace('-', '_')}")
    return value
