"""The one shape of every failure, and the handler that finds its code."""

import logging
import sqlite3
import traceback
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS

from animecollections.api.compression import vary_by
from animecollections.api.errors import ApiError, invalid, no_such_method, not_now
from animecollections.api.language import ENGLISH, fields_in, language_of, told_in
from animecollections.api.rendering import Answer

logger = logging.getLogger(__name__)


def failure_body(
    error: ApiError, request_id: str, language: str = ENGLISH
) -> dict[str, object]:
    """Every key in every failure, so that a client reads them without asking."""
    return {
        "success": False,
        "error": told_in(language, error.sentence),
        "code": error.code,
        "status": error.status_code,
        "fields": fields_in(language, error.fields or {}),
        "details": error.details or {},
        "request_id": request_id,
    }


def failure(error: ApiError, request: Any) -> Answer:
    """The same shape where no view answers: an unknown address, the last resort."""
    body = failure_body(error, request.request_id, language_of(request))
    response = Answer(body, error.status_code, headers=error.headers)
    vary_by(response, "Accept-Language")
    response["Content-Length"] = str(len(response.content))
    return response


def answer_failure(exception: Exception, context: dict[str, Any]) -> Answer:
    """DRF's exception handler: whatever was raised in a view, in the one shape."""
    request = context["request"]
    error = to_api_error(exception, request)
    if error.status_code == 500:
        logger.error("A view failed", exc_info=exception)
    response = Answer(
        failure_body(error, request.request_id, language_of(request)),
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
            allowed = request.parser_context["view"].allowed_methods
            return no_such_method(request, ", ".join(allowed))
        case RequestDataTooBig():
            return ApiError(
                "too_large", limit=f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}"
            )
        case SuspiciousOperation() | exceptions.ParseError() | UnreadablePostError():
            return ApiError("bad_request")
        case DatabaseError() if is_lost_at_commit(exception):
            logger.warning("Nobody knows whether it was committed: %s", exception)
            is_safe = request is not None and is_safe_to_repeat(request)
            return not_now("busy", 2) if is_safe else ApiError("server_error")
        case DatabaseError() | InterfaceError() if will_pass(exception):
            logger.warning("The database said not now: %s", exception)
            return not_now("busy", 2)
        case _:
            return ApiError("server_error")


# Citus: the machine with the rows died before it answered to COMMIT.
LOST_AT_COMMIT = "could not commit transaction for shard"
CONNECTION_ENDED = ("08", "57P")  # of PostgreSQL's codes
KEY_HEADER = "Idempotency-Key"


def is_lost_at_commit(exception: BaseException) -> bool:
    """Whether the answer to COMMIT never came, so that it may have been done. A
    database that answers with a refusal did nothing.
    """
    if isinstance(exception, InternalError):
        return LOST_AT_COMMIT in str(exception)
    cause = exception.__cause__
    code = getattr(cause, "sqlstate", None) or CONNECTION_ENDED[0]
    if isinstance(cause, sqlite3.Error) or not code.startswith(CONNECTION_ENDED):
        return False
    commit = BaseDatabaseWrapper._commit.__code__  # type: ignore[attr-defined]
    frames = traceback.walk_tb(exception.__traceback__)
    return any(frame.f_code is commit for frame, _ in frames)


def is_safe_to_repeat(request: Any) -> bool:
    """With its key it is done once, however often it is sent."""
    return request.method in SAFE_METHODS or bool(request.headers.get(KEY_HEADER))


def will_pass(exception: Exception) -> bool:
    """A lock not had in time, a deadlock, a full disk, a server that restarts: all but
    a wrong statement, which SQLite reports as operational too.
    """
    if not isinstance(exception, OperationalError | InterfaceError):
        return False
    code = getattr(exception.__cause__, "sqlite_errorcode", None)
    return code != sqlite3.SQLITE_ERROR
