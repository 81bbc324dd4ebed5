"""The fault drill: a request says how it is to fail (docs/fault-drill.md).

In a sandbox alone, where it harms nobody. What there is a real way to goes that way: a
condition that does not hold, a cursor of another log. The rest is refused as it would
be, before anything is done. An answer that comes late, or never, is made as always; it
is held back where that costs no thread (animecollections/server/bridge.py).
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http.response import HttpResponseBase
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from animecollections.api.errors import ApiError, not_now, refuse
from animecollections.api.request_headers import header
from animecollections.api.throttling import RateThrottle
from animecollections.scopes import SANDBOX

if TYPE_CHECKING:
    from animecollections.api.views import ApiViewSet

HEADER = "X-Simulate"
CONDITION, STALE_CURSOR, DROP_ANSWER = "412", "stale-cursor", "drop-answer"
SLOW = re.compile(r"slow=([1-9]|10)", re.ASCII)
# In the environment of a request, for the bridge: seconds, and that there is no answer.
HELD_BACK = "animecollections.held_back"
DROPPED = "animecollections.dropped"
RETRY_AFTER = 2  # seconds: long enough to see who waits, short enough for a test
NO_SUCH_TAG = '"simulated"'  # of no revision: it matches nothing

NOT_HERE = "Only a token of the scope sandbox may send this (docs/fault-drill.md)."
UNKNOWN = (
    "Send 409, 412, 429, 503, slow=1 to slow=10, drop-answer or stale-cursor, one of "
    "them."
)
NEVER_409 = "Only a write with an Idempotency-Key is answered so: send one."
NEVER_412 = "No condition is looked at here: send it with a write that takes If-Match."
NEVER_410 = "Only GET /api/user/sync continues from a cursor: send it there."


def simulate(view: "ApiViewSet", request: Request) -> str:
    """What was asked for, "" mostly; done here, as far as it can be done before."""
    sent = header(request, HEADER)
    if sent is None:
        return ""
    if SANDBOX not in getattr(request.auth, "scopes", ()):
        raise refuse(**{HEADER: NOT_HERE})
    count(request)
    wanted = sent.strip()
    if slow := SLOW.fullmatch(wanted):
        request._request.META[HELD_BACK] = int(slow[1])
    elif begin := BEGINNINGS.get(wanted):
        begin(view, request)
    elif wanted != DROP_ANSWER:
        raise refuse(**{HEADER: UNKNOWN})
    return wanted


def count(request: Request) -> None:
    """By a rate of its own, and the headers go on to tell of the usual one."""
    usual = request._request.rate_headers  # type: ignore[attr-defined]
    RateThrottle().spend(request, "drill", str(request.user.pk))
    request._request.rate_headers = usual  # type: ignore[attr-defined]


def refuse_as_too_many(view: "ApiViewSet", request: Request) -> None:
    usual: dict[str, str] = request._request.rate_headers  # type: ignore[attr-defined]
    scope = usual["RateLimit-Policy"].partition(";")[0]
    usual["RateLimit"] = f"{scope};r=0;t={RETRY_AFTER}"
    raise not_now("throttled", RETRY_AFTER)


def refuse_as_busy(view: "ApiViewSet", request: Request) -> None:
    raise not_now("busy", RETRY_AFTER)


def refuse_as_running(view: "ApiViewSet", request: Request) -> None:
    is_kept = view.keeps_answers and request.method not in SAFE_METHODS
    if not is_kept or not header(request, "Idempotency-Key"):
        raise refuse(**{HEADER: NEVER_409})
    raise ApiError("still_running")


def break_condition(view: "ApiViewSet", request: Request) -> None:
    """As if the client had read what it changes before another device changed it."""
    if CONDITION in view.simulates:
        return
    about = view.documentation
    if request.method in SAFE_METHODS or not (about and about.takes("If-Match")):
        raise refuse(**{HEADER: NEVER_412})
    request._request.META["HTTP_IF_MATCH"] = NO_SUCH_TAG
    request._request.META.pop("HTTP_IF_NONE_MATCH", None)


def check_cursor(view: "ApiViewSet", request: Request) -> None:
    if STALE_CURSOR not in view.simulates:
        raise refuse(**{HEADER: NEVER_410})


BEGINNINGS: dict[str, Callable[["ApiViewSet", Request], None]] = {
    "409": refuse_as_running,
    CONDITION: break_condition,
    "429": refuse_as_too_many,
    "503": refuse_as_busy,
    STALE_CURSOR: check_cursor,
}


def drop(simulated: str, request: Request, response: HttpResponseBase) -> None:
    """A refusal comes through, for it did nothing; so does a replay, or a client that
    sends the header with all it sends would never hear of anything.
    """
    is_lost = response.status_code < 300 and "Idempotency-Replayed" not in response
    if simulated == DROP_ANSWER and is_lost:
        request._request.META[DROPPED] = True
