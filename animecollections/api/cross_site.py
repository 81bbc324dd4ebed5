"""Who may write with a browser's cookie: our own pages, and trusted frontends.

No token ceremony: every browser of today says where a request comes from. A request
that says nothing at all comes from no browser.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.request import Request

from animecollections.api.errors import ApiError


def check(request: Request, *, sets_cookie: bool) -> None:
    """Refuses an unsafe request that rides on, or can set, the session cookie."""
    carries_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
    if (carries_cookie or sets_cookie) and not is_welcome(request):
        raise ApiError("cross_site")


def is_welcome(request: Request) -> bool:
    if request.headers.get("Sec-Fetch-Site") in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin", "")
    if origin and (origin in settings.TRUSTED_ORIGINS or is_ours(request, origin)):
        return True
    says_nothing = not any(
        request.headers.get(name) for name in ("Sec-Fetch-Site", "Origin", "Referer")
    )
    return says_nothing or has_csrf_token(request._request)


def is_ours(request: Request, origin: str) -> bool:
    """The scheme counts too, where a browser could tell them apart."""
    parts = urlsplit(origin)
    return parts.netloc == request.get_host() and parts.scheme == request.scheme


def has_csrf_token(request: HttpRequest) -> bool:
    """Django's own token, by header: a form's body is not read for it."""
    if "X-CSRFToken" not in request.headers:
        return False
    middleware = CsrfViewMiddleware(lambda _: None)  # type: ignore[arg-type]
    middleware.process_request(request)
    try:
        middleware._check_token(request)  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001  (RejectRequest is private to Django)
        return False
    return True
