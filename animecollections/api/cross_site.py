"""Who may write with a browser's cookie: our own pages, and trusted frontends.

No token ceremony: every browser of today says where a request comes from. A request
that says nothing at all comes from no browser.
"""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware, RejectRequest
from rest_framework.request import Request

from animecollections.api.errors import ApiError
from animecollections.api.request_headers import header

SAYS_WHERE_FROM = ("Sec-Fetch-Site", "Origin", "Referer")


def check(request: Request, *, sets_cookie: bool) -> None:
    """Refuses an unsafe request that rides on, or can set, the session cookie."""
    carries_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
    # No page can make a browser send a token that it does not know.
    is_by_token = request.auth is not None and not carries_cookie
    if (carries_cookie or sets_cookie) and not is_by_token and not is_welcome(request):
        raise ApiError("cross_site")


def is_welcome(request: Request) -> bool:
    # "same-site" is not enough: it is also said of a neighbour on another subdomain.
    if header(request, "Sec-Fetch-Site") in ("same-origin", "none"):
        return True
    if (header(request, "Origin") or "").lower() in our_origins(request):
        return True
    says_nothing = all(header(request, name) is None for name in SAYS_WHERE_FROM)
    return says_nothing or has_csrf_token(request._request)


def our_origins(request: Request | HttpRequest) -> set[str]:
    """An http page of this host is not ours when we are asked over https: somebody on
    the way may have written it. The reverse only means a proxy that takes off TLS.
    """
    host = request.get_host().lower()
    ours = {f"https://{host}", *map(str.lower, settings.TRUSTED_ORIGINS)}
    return ours if request.is_secure() else ours | {f"http://{host}"}


def has_csrf_token(request: HttpRequest) -> bool:
    """Django's own token, as its middleware takes it: by header or in a form."""
    if settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return False
    middleware = CsrfViewMiddleware(lambda _: None)  # type: ignore[arg-type]
    middleware.process_request(request)
    try:
        middleware._check_token(request)  # type: ignore[attr-defined]
    except RejectRequest:
        return False
    return True
