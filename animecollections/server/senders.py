"""Whom a request comes from, as far as the server knows without asking anybody."""

import re
from functools import cache
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from animecollections.api.client_ip import address_of, network
from animecollections.ops.observing import USER_ID
from profiles.accounts.authentication import BearerAuthentication, SessionAuthentication
from profiles.personal_tokens.authentication import (
    PersonalTokenAuthentication,
    TokenInAddress,
)
from profiles.personal_tokens.texts import in_address

Environ = dict[str, Any]
MOST_KNOWN = 10_000


class Senders:
    """Remembers which user a session or a token turned out to be: from then on what it
    sends counts as that user's, with their other sign-ins. What nobody has vouched for
    counts by its network, so that made-up sessions are no clients of their own.

    It lets nobody in, and a sign-in that has ended may stay known.
    """

    def __init__(self) -> None:
        self.users: dict[str, str] = {}

    def client(self, environ: Environ) -> str:
        user = self.users.get(sign_in(environ))
        return user or network(address_of(environ))

    def knows(self, environ: Environ) -> bool:
        return sign_in(environ) in self.users

    def learn(self, environ: Environ) -> None:
        """From a request that was answered."""
        user_id, key = environ.get(USER_ID), sign_in(environ)
        if user_id and key and key not in self.users:
            if len(self.users) >= MOST_KNOWN:
                del self.users[next(iter(self.users))]
            self.users[key] = str(user_id)


def sign_in(environ: Environ) -> str:
    header: str = environ.get("HTTP_AUTHORIZATION", "")
    if header[:7].lower() == "bearer ":
        return header[7:].strip()
    if text := in_address(environ.get("PATH_INFO", "")):
        return text
    found = session_cookie().findall(environ.get("HTTP_COOKIE", ""))
    return found[-1] if found else ""  # of several the last, as Django reads them


@cache
def session_cookie() -> re.Pattern[str]:
    return re.compile(rf"(?:^|;)\s*{re.escape(settings.SESSION_COOKIE_NAME)}=([^;]*)")


def is_signed_in(environ: Environ) -> bool:
    """Asks the database, as the view will once the body is here."""
    authenticators: list[BaseAuthentication] = [
        PersonalTokenAuthentication(),
        BearerAuthentication(),
        SessionAuthentication(),
    ]
    if in_address(environ.get("PATH_INFO", "")):
        authenticators = [TokenInAddress()]
    request = Request(WSGIRequest(environ), authenticators=authenticators)
    try:
        return bool(request.user and request.user.is_authenticated)
    except Exception:  # noqa: BLE001  (whatever is wrong, the view will find it too)
        return False
