"""One id from a request to its log lines, its answer and its changes."""

import logging
from contextvars import ContextVar

current: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Gives every log line the id of the request it was written for."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True
