"""Rates: fixed windows counted in the cache, told in every answer's headers."""

import logging
import time
from math import ceil
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from animecollections.api.client import address, network
from animecollections.api.errors import not_now

logger = logging.getLogger(__name__)


class RateThrottle(BaseThrottle):
    """So many requests a window, by user or, for visitors, by network.

    One atomic increment a request; without REDIS_URL each process counts alone.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        scope = view.throttle_scope or self.scope_of(request)
        self.spend(request, scope, self.who(request))
        return True

    def check_refused(self, request: Request) -> None:
        """For what is refused before its rate is looked at: by network alone, and in
        a scope of its own, so that it takes nothing from the users of that network.
        """
        self.spend(request, "refused", network(address(request._request)))

    def spend(self, request: Request, scope: str, who: str) -> None:
        """Counts one request; 429 `throttled` when it is one too many."""
        limit, seconds = settings.RATES[scope]
        limit = max(1, int(limit * settings.THROTTLE_SCALE))
        now = time.time()
        left = ceil(seconds - now % seconds)
        key = f"rate:{scope}:{who}:{now // seconds:.0f}"
        try:
            used = self.count(key, seconds)
        except RedisError as error:  # better unlimited than not at all
            logger.warning("Rates are not counted: %s", error)
            return
        request._request.rate_headers = {  # type: ignore[attr-defined]
            "RateLimit-Policy": f'"{scope}";q={limit};w={seconds}',
            "RateLimit": f'"{scope}";r={max(0, limit - used)};t={left}',
        }
        if used > limit:
            raise not_now("throttled", left)

    def scope_of(self, request: Request) -> str:
        if not request.user.is_authenticated:
            return "visitor"
        return "read" if request.method in SAFE_METHODS else "write"

    def who(self, request: Request) -> str:
        if request.user.is_authenticated:
            return str(request.user.pk)
        return network(address(request._request))

    def count(self, key: str, seconds: int) -> int:
        if cache.add(key, 1, seconds + 1):
            return 1
        try:
            return int(cache.incr(key))
        except ValueError:  # the window closed between the two calls
            cache.set(key, 1, seconds + 1)
            return 1
