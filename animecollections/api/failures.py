"""The one shape of every failure, and the handler that finds its code."""

import logging
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from animecollections.api.errors import ApiError, invalid, not_now
from animecollections.api.rendering import JSONRenderer

logger = logging.getLogger(__name__)


def failure_body(error: ApiError, request_id: str) -> dict[str, Any]:
    body = {
        "success": False,
        "error": error.sentence,
        "code": error.code,
        "status": error.status_code,
        "request_id": request_id,
    }
    if error.fields:
        body["fields"] = error.fields
    if error.details:
        body["details"] = error.details
    return body


def failure(error: ApiError, request_id: str) -> HttpResponse:
    """The same shape where no view answers (unknown address, handler of last resort)."""
    return HttpResponse(
        JSONRenderer().render(failure_body(error, request_id)),
        status=error.status_code,
        content_type="application/json",
        headers=error.headers,
    )


def answer_failure(exception: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: whatever was raised in a view, in the one shape."""
    request = context["request"]
    error = to_api_error(exception, request)
    if error.status_code == 500:
        logger.error("A view failed", exc_info=exception)
    set_rollback()
    response = Response(
        failure_body(error, request.request_id),
        status=error.status_code,
        headers=error.headers,
    )
    challenge = getattr(exception, "auth_header", None)
    if error.status_code == 401:
        response["WWW-Authenticate"] = challenge or 'Bearer realm="animecollections"'
    return response


def to_api_error(exception: Exception, request: Any = None) -> ApiError:  # noqa: C901
    """The code that fits an exception of Django's, DRF's or the database's."""
    match exception:
        case ApiError():
            return exception
        case exceptions.ValidationError():
            return invalid(exception.detail)
        case exceptions.NotAuthenticated():
            ended = getattr(request, "session_has_ended", False)
            return ApiError("session_ended" if ended else "not_signed_in")
        case exceptions.AuthenticationFailed():
            return ApiError("token_invalid")
        case Http404() | exceptions.NotFound():
            return ApiError("not_found")
        case PermissionDenied() | exceptions.PermissionDenied():
            return ApiError("forbidden")
        case exceptions.MethodNotAllowed():
            view = request.parser_context["view"] if request else None
            allowed = ", ".join(view.allowed_methods) if view else "another method"
            return ApiError(
                "method_not_allowed",
                method=request.method if request else "This method",
                allowed=allowed,
                headers={"Allow": allowed},
            )
        case exceptions.UnsupportedMediaType():
            return ApiError("unsupported_media_type", content_type="that")
        case RequestDataTooBig():
            return ApiError("too_large", limit="16,777,216")
        case (
            TooManyFieldsSent()
            | TooManyFilesSent()
            | SuspiciousOperation()
            | exceptions.ParseError()
        ):
            return ApiError("bad_request")
        case OperationalError():
            # A lock not had in time, a deadlock, a server that restarts: all pass.
            logger.warning("The database said not now: %s", exception)
            return not_now("busy", 2)
        case _:
            return ApiError("server_error")
