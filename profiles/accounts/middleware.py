"""Sessions around a request."""

import logging
import re
from typing import Any

from django.conf import settings
from django.contrib.sessions import middleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import decorator_from_middleware, method_decorator

from profiles.accounts.sessions import is_key

logger = logging.getLogger(__name__)

# The cookie's name before there was a prefix; still its name without HTTPS.
OLD_NAME = "sessionid"
CSRF_SECRET = re.compile("[A-Za-z0-9]{32}([A-Za-z0-9]{32})?", re.ASCII)


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, but that an answer stands: what the view did is done, so that a session
    which cannot be saved after it (it ended meanwhile) makes no 400 of a success. And
    it renames the cookie of a browser that signed in before the name had a prefix.
    """

    def process_request(self, request: HttpRequest) -> None:
        read_old_cookie(request)
        super().process_request(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        try:
            response = super().process_response(request, response)
        except SessionInterrupted:
            logger.warning("A session ended, or could not be saved, after its request")
        if OLD_NAME in request.COOKIES and is_renamed():
            rename_cookie(request, response)
        return response


# For an endpoint that signs in or out: the API's own lane has no session
# (animecollections/lane.py), so it opens one itself.
with_session = method_decorator(
    decorator_from_middleware(SessionMiddleware), name="dispatch"
)


def has_cookie_to_replace(request: HttpRequest) -> bool:
    """Whether the middleware of pages would answer with another cookie: this one above
    for a session's, Django's for a CSRF token that is none.
    """
    if "HTTP_COOKIE" not in request.META:
        return False
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    csrf = request.COOKIES.get(settings.CSRF_COOKIE_NAME)
    return (
        (session is not None and not is_key(session))
        or (csrf is not None and not CSRF_SECRET.fullmatch(csrf))
        or (OLD_NAME in request.COOKIES and is_renamed())
    )


def is_renamed() -> bool:
    return settings.SESSION_COOKIE_NAME != OLD_NAME


def read_old_cookie(request: HttpRequest) -> None:
    """Under the new name, where there is none of that."""
    old = request.COOKIES.get(OLD_NAME)
    if is_renamed() and is_key(old):
        request.COOKIES.setdefault(settings.SESSION_COOKIE_NAME, str(old))


def rename_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """In the browser, unless the answer sets or drops the new one itself, or is for
    everybody.
    """
    if "public" in response.headers.get("Cache-Control", ""):
        return
    name = settings.SESSION_COOKIE_NAME
    same_site: Any = settings.SESSION_COOKIE_SAMESITE
    if name not in response.cookies and name in request.COOKIES:
        response.set_cookie(
            name,
            request.COOKIES[name],
            max_age=settings.SESSION_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite=same_site,
        )
    response.delete_cookie(OLD_NAME, samesite=same_site)
