"""A replica of the database (DATABASE_READING_URL), for reads that are long or many.

Three ways to ask it, by how old what it answers may be. None waits for it: where it is
too far behind, or away, the primary is asked.

    from_replica(read)     the reads of jobs and commands: a minute old at most
    there(has_all_of(…))   what is of one person, no older than it is on the primary
    guarded(statement)     a statement that answers no rows where the replica is behind

Writes, and reads in a transaction of the primary's (under a lock), never go there.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)

logger = logging.getLogger(__name__)

READING = "reading"
MOST_BEHIND = 60  # seconds
SECONDS_LEFT_OUT = 30  # where it does not answer
# A primary that nobody writes to looks far behind, and is then asked itself. What is no
# standby (a server that the provider calls a replica) is taken at its word.
BEHIND = """
SELECT CASE WHEN pg_is_in_recovery()
    THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
    ELSE 0 END
"""
Answer = TypeVar("Answer")

_reads_there: ContextVar[bool] = ContextVar("reads_from_replica", default=False)
_left_out_until = 0.0


class Router:
    """Set where there is a replica (DATABASE_ROUTERS)."""

    def db_for_read(self, model: object, **hints: object) -> str:
        return current_alias()

    def db_for_write(self, model: object, **hints: object) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: object, other: object, **hints: object) -> bool:
        return True

    def allow_migrate(self, db: str, *names: object, **hints: object) -> bool:
        return db == DEFAULT_DB_ALIAS


def current_alias() -> str:
    is_there = _reads_there.get() and not connection.in_atomic_block
    return READING if is_there else DEFAULT_DB_ALIAS


def current() -> object:
    """The connection that statements by hand are to use for reading."""
    return connections[current_alias()]


def is_asked() -> bool:
    return READING in connections.settings and time.monotonic() >= _left_out_until


def from_replica(read: Callable[[], Answer]) -> Answer:
    """What `read` answers there; where that fails, it is asked once more, here. So it
    must only read.
    """
    if is_asked():
        try:
            with there(is_near):
                return read()
        except (OperationalError, InterfaceError) as error:
            leave_out(error)
    return read()


@contextmanager
def there(fits: Callable[[], bool]) -> Iterator[None]:
    """Reads inside go to the replica where it fits, which is asked of it."""
    token = _reads_there.set(is_asked() and answers_yes(fits))
    try:
        yield
    finally:
        _reads_there.reset(token)


def answers_yes(fits: Callable[[], bool]) -> bool:
    try:
        return fits()
    except (OperationalError, InterfaceError) as error:
        leave_out(error)
        return False


def is_near() -> bool:
    with connections[READING].cursor() as cursor:
        cursor.execute(BEHIND)
        (seconds,) = cursor.fetchone()
    return seconds is None or seconds <= MOST_BEHIND


def guarded(statement: str, parameters: Sequence[Any]) -> list[object]:
    """Its rows; none where the replica is behind what it asks for, or away."""
    if not is_asked():
        return []
    try:
        with connections[READING].cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())
    except (OperationalError, InterfaceError) as error:
        leave_out(error)
        return []


def leave_out(error: Exception) -> None:
    """For a while: a server that hangs would take seconds of every request."""
    global _left_out_until
    _left_out_until = time.monotonic() + SECONDS_LEFT_OUT
    connections[READING].close()
    logger.warning("The replica is left out for a while: %s", type(error).__name__)
