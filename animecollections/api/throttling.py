"""Rates: fixed windows counted in the cache, told in every answer's headers."""

import logging
import time
from math import ceil
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.cache import cache, caches
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from animecollections.api.client import address, network
from animecollections.api.errors import not_now

logger = logging.getLogger(__name__)

SECONDS_AWAY = 5


class Counts:
    """Counts that all processes share through the cache. While that does not answer,
    each process counts alone: limits hold, if less sharply, and no user is refused for
    it. A cache that stands still costs one request in some seconds its patience (a
    quarter of a second), not every request.
    """

    def __init__(self) -> None:
        self.ask_again_at = 0.0  # 0: it answers

    def add_one(self, key: str, seconds: int) -> int:
        """How many there are with this one, in a window that ends by itself."""
        if monotonic() < self.ask_again_at:
            return count_in(caches["process"], key, seconds)
        was_away = self.ask_again_at > 0
        if was_away:  # this request asks, others go on counting here meanwhile
            self.ask_again_at = monotonic() + SECONDS_AWAY
        try:
            used = count_in(cache, key, seconds)
        except RedisError as error:
            self.ask_again_at = monotonic() + SECONDS_AWAY
            if not was_away:
                logger.warning("Each process counts rates alone for now: %s", error)
            return count_in(caches["process"], key, seconds)
        if was_away:
            self.ask_again_at = 0.0
            logger.warning("Processes count rates together again")
        return used


def count_in(where: Any, key: str, seconds: int) -> int:
    if where.add(key, 1, seconds + 1):
        return 1
    try:
        return int(where.incr(key))
    except ValueError:  # the window closed between the two calls
        where.set(key, 1, seconds + 1)
        return 1


counts = Counts()


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
        used = counts.add_one(key, seconds)
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
