"""Counts and logs every request: what came, how it ended, how long it took."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject
from prometheus_client import Counter, Histogram

from animecollections.api import request_id
from animecollections.ops.logs import log_request, pseudonym
from animecollections.ops.metrics import REQUESTS, RUNNING, SECONDS

USER_ID = "animecollections.user_id"  # in the environment, for the server to learn
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Observing:
    """Outside of all that can answer, so that a refusal counts as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        request_id.operation.set(None)
        RUNNING.inc()
        try:
            response = self.get_response(request)
        finally:
            RUNNING.dec()
        seconds = time.perf_counter() - began
        user_id = request.META[USER_ID] = known_user_id(request)
        # Anybody can make up methods and addresses; neither becomes a label.
        method = request.method if request.method in METHODS else "other"
        match = request.resolver_match
        route = match.route if match else "none"
        number, durations = figures(route, method, response.status_code)
        number.inc()
        durations.observe(seconds)
        if settings.REQUEST_LOG:
            self.log(request, response, route=route, seconds=seconds, user_id=user_id)
        return response

    def log(
        self, request: HttpRequest, response: HttpResponseBase, **told: Any
    ) -> None:
        """The pattern of the address, never its query: tickets stand in queries."""
        line = {
            "method": request.method,
            "route": told["route"],
            "status": response.status_code,
            "ms": round(told["seconds"] * 1000, 2),
            "request_id": getattr(request, "request_id", None),
        }
        if told["user_id"] is not None:
            line["user"] = pseudonym(told["user_id"])
        if (operation_id := request_id.operation.get()) is not None:
            line["operation_id"] = str(operation_id)
        log_request(**line)


@lru_cache(2000)
def figures(route: str, method: str | None, status: int) -> tuple[Counter, Histogram]:
    """Kept, for to find them by their labels costs more than to count."""
    return REQUESTS.labels(route, method, status), SECONDS.labels(route, method)


def known_user_id(request: HttpRequest) -> object:
    """Of the user that a view asked for. Django's own is looked up when it is first
    touched: the log of a request whose database is away would fail in its turn.
    """
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject):
        user = user.__dict__["_wrapped"]
    return getattr(user, "id", None)
