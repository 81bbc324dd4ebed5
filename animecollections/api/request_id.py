"""One id from a request to its log lines, its answer and its changes."""

import logging
from contextvars import ContextVar
from uuid import UUID

current: ContextVar[str] = ContextVar("request_id", default="-")
# The write that the request made, if any.
operation: ContextVar[UUID | None] = ContextVar("operation", default=None)


class RequestIdFilter(logging.Filter):
    """Gives every log line the id of the request it was written for."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a failure when all middleware is through, with the request itself.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", None) or current.get()
        return True
