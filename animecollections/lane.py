"""The API's own lane: from here a request of an endpoint goes straight to its view.

What stands below it in MIDDLEWARE (sessions, CSRF, staff's sign-in, messages) serves
pages and the admin. An endpoint checks by itself who asks and from where, so it would
only pay for them. Why, and what keeps the two ways alike:
docs/decisions/0038-the-lane.md
"""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve

from animecollections.api.middleware import of_api
from animecollections.api.views import ApiViewSet
from profiles.accounts.middleware import has_cookie_to_replace

# Kept: to find one takes a tenth of a 304. All those without an id, and of the titles
# that are asked for most.
ADDRESSES = 2000


class Lane:
    """Takes what is asked of an `ApiViewSet`. All else goes the pages' way: pages,
    unknown addresses, and a browser with a cookie that the pages' way replaces.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = endpoint(request)
        if match is None or has_cookie_to_replace(request):
            return self.get_response(request)
        request.get_host()  # 400 for one that is not ours
        request.resolver_match = match
        response = match.func(request, *match.args, **match.kwargs)
        if hasattr(response, "render"):
            response = response.render()
        return finished(response)


def endpoint(request: HttpRequest) -> ResolverMatch | None:
    if not of_api(request):
        return None
    return endpoint_at(request.path_info, settings.ROOT_URLCONF)


@lru_cache(ADDRESSES)
def endpoint_at(path: str, addresses: str) -> ResolverMatch | None:
    try:
        match = resolve(path, addresses)
    except Resolver404:  # a line break in the address
        return None
    return match if issubclass(getattr(match.func, "cls", object), ApiViewSet) else None


def finished(response: HttpResponseBase) -> HttpResponseBase:
    """What Django's own middleware adds to every answer."""
    headers = response.headers
    headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
    if isinstance(response, HttpResponse) and response.status_code != 304:
        headers.setdefault("Content-Length", str(len(response.content)))
    return response
