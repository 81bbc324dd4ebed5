"""Logs: a line for a person in development, one JSON object a line in production.

What looks like a secret never leaves: values under telling names, bearer tokens, JWTs,
passwords in addresses. That is the last net; code does not log secrets to begin with.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from typing import Any

import orjson
import structlog
from django.conf import settings

from animecollections.api import request_id

REDACTED = "…"
SECRET_NAME = re.compile(
    r"passw|secret|token|cookie|authorization|api_?key|session_?key|ticket|credential",
    re.IGNORECASE,
)
SECRET_TEXT = re.compile(
    r"""(?P<keep>
        (?:bearer|basic)\s+                                 # an Authorization header
      | (?:password|passwd|secret|token|ticket|refresh|access|sessionid|csrftoken)
        ["']?\s*[=:]\s*["']?                              # name=value, "name": "value"
      | ://[^\s:/@]*:                                       # user:password@host
      | /feeds/                                             # the secret of a feed
      | /shared/                                            # ... of a link
      | /api/scrobble/                                      # the token of a player
      | [?&](?:user_)?code=                                 # what lets an app in
      | (?:device_code|code_verifier)["']?\s*[=:]\s*["']?
      | /unsubscribe/                                       # ... of a digest
      )(?P<secret>[^\s"'&;,@]+)
      | eyJ[\w-]+\.[\w-]+\.[\w-]*                           # a JWT, wherever
      | ac_(?:pat|app)_\w+                   # a personal token, the secret of an app
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What PostgreSQL adds to an error: "Key (email)=(…) already exists.", a whole row.
ROW_TEXT = re.compile(r"(?P<keep>DETAIL:\s*)\S[^\n]*")
Event = MutableMapping[str, Any]


def without_secrets(logger: object, method: str, event: Event) -> Event:
    for name, value in event.items():
        if SECRET_NAME.search(name):
            event[name] = REDACTED
        elif isinstance(value, str):
            event[name] = redacted(value)
    return event


def redacted(text: str) -> str:
    text = SECRET_TEXT.sub(lambda found: f"{found['keep'] or ''}{REDACTED}", text)
    return ROW_TEXT.sub(rf"\g<keep>{REDACTED}", text) if "DETAIL:" in text else text


def with_request(logger: object, method: str, event: Event) -> Event:
    """The request that it was written for, where the logger knows of none."""
    record = event.get("_record")
    request = getattr(record, "request", None)
    own = getattr(request, "request_id", None) or request_id.current.get()
    if own != "-":
        event["request_id"] = own
    return event


def as_json(logger: object, method: str, event: Event) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_UTC_Z).decode()


TIME = structlog.processors.TimeStamper(fmt="iso", utc=True)
LEVEL = structlog.stdlib.add_log_level


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """For whatever is logged through the standard library, by us or by others."""

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=[LEVEL, structlog.stdlib.add_logger_name, TIME],
            processors=[
                with_request,
                self.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.EventRenamer("message"),
                without_secrets,
                as_json,
            ],
        )


class NoSecrets(logging.Filter):
    """For the line that a person reads; the JSON formatter sees to its own."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001  (unlike a handler's, a filter's end the request)
            message = f"A line that could not be made: {record.msg!r}"
        record.msg, record.args = redacted(message), ()
        return True


@cache
def standard_output() -> structlog.BytesLogger:
    """Whole lines, whichever thread writes them."""
    return structlog.BytesLogger(sys.stdout.buffer)


def log_request(**told: object) -> None:
    """One line a request, past the standard library, at a third of its cost."""
    line = {"event": "request", "timestamp": datetime.now(UTC), **told}
    with suppress(OSError):  # a full disk, a reader that left: no reason to fail
        standard_output().msg(orjson.dumps(line, option=orjson.OPT_UTC_Z))


def pseudonym(user_id: Any) -> str:
    """The same for the same user, and nobody can tell whose without the key."""
    key = settings.SECRET_KEY.encode()[:64]
    return blake2b(user_id.bytes, digest_size=8, key=key).hexdigest()
