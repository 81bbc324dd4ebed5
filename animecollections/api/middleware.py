"""What every request gets: an id, and under /api never an HTML failure."""

import re
from collections.abc import Callable
from typing import cast

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from animecollections.api import request_id
from animecollections.api.compression import vary_by
from animecollections.api.errors import ApiError, no_such_method
from animecollections.api.failures import failure, to_api_error
from animecollections.db.ids import new_id

REFUSAL = "animecollections.refusal"  # in the environment: what the server says
USABLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


class ApiManners:
    """Outermost. Takes the id a proxy gave (X-Request-Id), or makes one; turns what
    Django answers in HTML before or around a view (a bad Host, a redirect loop, the
    handler of last resort) into the failure shape.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        own_id = self.choose_id(request)
        request.request_id = own_id  # type: ignore[attr-defined]
        token = request_id.current.set(own_id)
        try:
            if (error := unreadable(request)) is not None:
                response: HttpResponseBase = failure(error, request)
            else:
                response = self.get_response(request)
            if is_html_failure(request, response):
                response = failure(error_of(request, response), request)
        finally:
            request_id.current.reset(token)
        response["X-Request-Id"] = own_id
        if response.status_code == 304:  # 0 would be the length of what a cache holds
            del response["Content-Length"]
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """A page whose database is away is as little a failure of ours as the API's."""
        error = to_api_error(exception) if isinstance(exception, Error) else None
        if error is None or error.status_code != 503:
            return None
        return refusal(request, error)

    def choose_id(self, request: HttpRequest) -> str:
        """Ours tells its time: what a request changed is then found by its id alone."""
        given = str(request.META.get("HTTP_X_REQUEST_ID", ""))
        return given if USABLE_ID.fullmatch(given) else new_id().hex


class Cors(CorsMiddleware):
    """To who asks from no other origin there is nothing to tell, but that who does
    would be told something else.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_plain = "HTTP_ORIGIN" not in request.META and request.method != "OPTIONS"
        if not (is_plain and of_api(request)):
            return cast("HttpResponseBase", super().__call__(request))
        response = cast("HttpResponseBase", self.get_response(request))
        vary_by(response, "origin")
        return response


class ServerRefusals:
    """What the server itself refuses (animecollections/server/bridge.py), inside of
    what counts and logs requests and lets other origins read answers. It asks nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        error = request.META.get(REFUSAL)
        return refusal(request, error) if error else self.get_response(request)


def refusal(request: HttpRequest, error: ApiError) -> HttpResponse:
    """In the failure shape under /api; elsewhere the sentence alone."""
    if of_api(request):
        return failure(error, request)
    return HttpResponse(
        f"{error.sentence}\n",
        status=error.status_code,
        content_type="text/plain; charset=utf-8",
        headers=error.headers,
    )


def unreadable(request: HttpRequest) -> ApiError | None:
    """A body of unknown length (chunked) never reaches a view: WSGI would drop it."""
    is_chunked = "HTTP_TRANSFER_ENCODING" in request.META
    if is_chunked and not request.META.get("CONTENT_LENGTH") and of_api(request):
        return ApiError("length_required")
    return None


def of_api(request: HttpRequest) -> bool:
    return f"{request.path_info}/".startswith("/api/")


def is_html_failure(request: HttpRequest, response: HttpResponseBase) -> bool:
    return (
        response.status_code >= 400
        and of_api(request)
        and not response.get("Content-Type", "").startswith("application/json")
    )


def error_of(request: HttpRequest, response: HttpResponseBase) -> ApiError:
    """The plainest code of a status that Django chose by itself."""
    match response.status_code:
        case 403:
            return ApiError("forbidden")
        case 404:
            return ApiError("not_found")
        case 405:
            return no_such_method(request, response.get("Allow", ""))
        case 413:
            return ApiError(
                "too_large", limit=f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}"
            )
        case status if status < 500:
            return ApiError("bad_request")
        case _:
            return ApiError("server_error")
