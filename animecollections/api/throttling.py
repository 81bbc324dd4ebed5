"""Rates: fixed windows counted in the cache, shown in every answer's headers."""

import logging
import time
from dataclasses import dataclass
from math import ceil
from threading import Lock
from time import monotonic
from typing import cast

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.base import BaseCache
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from animecollections.api.client_ip import address, network
from animecollections.api.errors import not_now
from animecollections.identity import SignIn

logger = logging.getLogger(__name__)

SECONDS_AWAY = 5
MOST_UNTOLD = 10  # requests that a process may keep to itself


class Counts:
    """Counts that all processes share through the cache. While that does not answer,
    each process counts alone: limits hold, if less sharply, and no user is refused for
    it. A cache that stands still costs one request in some seconds its patience (a
    quarter of a second), not every request.
    """

    def __init__(self) -> None:
        self.ask_again_at = 0.0  # 0: it answers

    def add(self, key: str, number: int, seconds: int) -> int:
        """How many there are with these, in a window that ends by itself."""
        if monotonic() < self.ask_again_at:
            return count_in(caches["process"], key, number, seconds)
        was_away = self.ask_again_at > 0
        if was_away:  # this request asks, others go on counting here meanwhile
            self.ask_again_at = monotonic() + SECONDS_AWAY
        try:
            used = count_in(cache, key, number, seconds)
        except RedisError as error:
            self.ask_again_at = monotonic() + SECONDS_AWAY
            if not was_away:
                logger.warning(
                    "Redis is not reachable, so each process counts rates on its "
                    "own: %s",
                    error,
                )
            return count_in(caches["process"], key, number, seconds)
        if was_away:
            self.ask_again_at = 0.0
            logger.warning("Redis is reachable again: processes count rates together")
        return used


def count_in(where: BaseCache, key: str, number: int, seconds: int) -> int:
    if where.add(key, number, seconds + 1):
        return number
    try:
        return int(where.incr(key, number))
    except ValueError:  # the window closed between the two calls
        where.set(key, number, seconds + 1)
        return number


counts = Counts()


@dataclass(slots=True)
class Count:
    together: int = 0  # what all processes had when they were last asked
    here: int = 0  # what they were not told yet


class Tally:
    """Counts of this process, handed on to all others in steps.

    Two round trips to Redis cost more than a whole sign-in check. So a process hands on
    what it counted at the first sight of a key, and then after each `step` requests; n
    processes together let at most (n - 1) * step too many pass.
    """

    MOST_KEYS = 10_000

    def __init__(self) -> None:
        self.lock = Lock()
        self.kept: dict[str, Count] = {}

    def add_one(self, key: str, *, step: int, seconds: int) -> int:
        """How many there are with this one, as far as is known here."""
        with self.lock:
            if len(self.kept) >= self.MOST_KEYS:  # of old windows, and of strangers
                self.kept.clear()
            count = self.kept.setdefault(key, Count())
            count.here += 1
            if count.together and count.here < step:
                return count.together + count.here
            told, count.here = count.here, 0
        together = counts.add(key, told, seconds)
        with self.lock:
            count.together = max(count.together, together)
            return count.together + count.here

    def forget(self) -> None:
        self.kept.clear()


tally = Tally()


class RateThrottle(BaseThrottle):
    """So many requests a window, by user or, for visitors, by network. A personal token
    has a rate of its own, and so has an app for each person who let it in: a script
    that runs wild takes nothing from its owner.

    Without REDIS_URL there is one process, which counts alone.
    """

    def allow_request(self, request: Request, view: object) -> bool:
        scope = getattr(view, "throttle_scope", "") or self.scope_of(request)
        self.spend(request, scope, self.who(request, scope))
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
        step = min(MOST_UNTOLD, max(1, limit // 50))
        used = tally.add_one(key, step=step, seconds=seconds)
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

    def who(self, request: Request, scope: str) -> str:
        """Of rates for costly work the owner: a new token gives no new window."""
        if request.user.is_authenticated:
            sign_in = cast("SignIn | None", request.auth)
            is_own_rate = scope in ("read", "write")
            if is_own_rate and sign_in is not None and sign_in.kind == "personal":
                return f"token:{sign_in.key}"
            if is_own_rate and sign_in is not None and sign_in.kind == "app":
                return f"app:{sign_in.app_id}:{request.user.pk}"
            return str(request.user.pk)
        return network(address(request._request))
