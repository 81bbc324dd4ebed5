"""Writes that are safe to repeat: one transaction, once per Idempotency-Key."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from hashlib import sha256
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import Error, IntegrityError, OperationalError, connection
from django.http import QueryDict
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from animecollections.api.errors import ApiError, refuse
from animecollections.api.rendering import Answer
from animecollections.api.request_headers import header
from animecollections.api.views import ApiViewSet
from history.idempotency.records import (
    Kept,
    as_kept,
    find_answers,
    finding,
    keep_answers,
)
from history.log.recording import locked

logger = logging.getLogger(__name__)

# Deadlock and serialization failure: nothing was done, and a second try succeeds. So
# does one after a foreign key failed at the commit: the title was merged into another
# a moment ago, and its id now means that one.
PASSING = ("40P01", "40001", "23503")
LOCK_NOT_HAD = "55P03"
TRIES = 4
KEPT_HEADERS = ("ETag",)


class IdempotentViewSet(ApiViewSet):
    """An endpoint that writes what is the user's.

    With an Idempotency-Key the whole call, from the look-up of the key to the answer
    kept under it, is one transaction under the user's lock: a retry waits for the
    first, then gets its answer again. Only 2xx is kept.
    """

    keeps_answers = True
    prepares = False  # whether `prepare` does anything

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in SAFE_METHODS or not request.user.is_authenticated:
            return
        name = str(request.method).lower()
        handler = getattr(self, name, None)
        if handler is not None:  # DRF calls what stands here now
            setattr(self, name, partial(self.write, handler))

    def prepare(self, request: Request) -> None:
        """Long work on the body that needs no database, before any lock is taken."""

    def other_locks(self, **kwargs: object) -> AbstractContextManager[None]:
        """Held with a key, before the asker's own lock. A write that also locks another
        user's state takes both here, in order: the asker's would else come first.
        """
        return nullcontext()

    def write(
        self, handler: Callable[..., Answer], request: Request, **kwargs: object
    ) -> Answer:
        key = read_key(request)
        if self.prepares:
            again = key and answered_before(self.user_id, key, request)
            if again:
                return again
            self.prepare(request)
        if key is None:
            return retried(lambda: handler(request, **kwargs))

        def call() -> Answer:
            with self.other_locks(**kwargs):
                return once(self.user_id, key, handler, request, **kwargs)

        try:
            return retried(call)
        except OperationalError as error:
            if sqlstate(error) == LOCK_NOT_HAD:
                raise ApiError("still_running") from None
            raise


def read_key(request: Request) -> str | None:
    key = header(request, "Idempotency-Key")
    if key is None:
        return None
    if not 1 <= len(key) <= 255 or not (key.isascii() and key.isprintable()):
        raise refuse(**{"Idempotency-Key": "Send 1 to 255 printable ASCII characters."})
    return key


def answered_before(user_id: UUID, key: str, request: Request) -> Answer | None:
    """The answer kept under the key, without the lock: a retry prepares nothing."""
    kept = find_answers(user_id, [f"request:{key}"]).get(f"request:{key}")
    return replayed(kept, fingerprint(request)) if kept else None


def once(
    user_id: UUID,
    key: str,
    handler: Callable[..., Answer],
    request: Request,
    **kwargs: object,
) -> Answer:
    """The first answer to this key, or the handler's own, kept with its effect."""
    name, print_ = f"request:{key}", fingerprint(request)
    with locked(user_id, reading=[finding(user_id, name)]) as lock:
        if (kept := as_kept(lock.read[0]).get(name)) is not None:
            return replayed(kept, print_)
        response = handler(request, **kwargs)
        if 200 <= response.status_code < 300:
            answer = {
                "status": response.status_code,
                "body": response.data,
                "headers": {
                    header: response[header]
                    for header in KEPT_HEADERS
                    if header in response
                },
            }
            answers = {name: (print_, answer)}
            keep_answers(user_id, answers, is_last=lock.is_outermost)
        return response


def replayed(kept: Kept, print_: str) -> Answer:
    if kept.fingerprint != print_:
        raise ApiError("key_reused")
    headers = kept.answer["headers"] | {"Idempotency-Replayed": "true"}
    return Answer(kept.answer["body"], kept.answer["status"], headers=headers)


def fingerprint(request: Request) -> str:
    """sha256 of method, path and parsed body; of files, their content."""
    shape = [request.method, request.get_full_path(), portable(request.data)]
    return sha256(orjson.dumps(shape, option=orjson.OPT_SORT_KEYS)).hexdigest()


def portable(value: object) -> object:
    match value:
        case QueryDict():
            return [[name, portable(values)] for name, values in value.lists()]
        case UploadedFile():
            digest = sha256(b"".join(value.chunks())).hexdigest()
            value.seek(0)
            return digest
        case bytes():
            return sha256(value).hexdigest()
        case Mapping():
            return {name: portable(inner) for name, inner in value.items()}
        case list():
            return [portable(inner) for inner in value]
        case _:
            return value


def retried(call: Callable[[], Answer]) -> Answer:
    """Tries again where the database says that only the moment was wrong.

    Outermost only: inside a transaction there is nothing left to try again with.
    """
    for attempt in range(1, TRIES):
        try:
            return call()
        except (OperationalError, IntegrityError) as error:
            if sqlstate(error) not in PASSING or connection.in_atomic_block:
                raise
            logger.info("Trying a write again (%s)", sqlstate(error))
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311
    return call()


def sqlstate(error: Error) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)
