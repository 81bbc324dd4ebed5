"""An end to what a read may take of the database. It is the last line, not the first:
parameters are bounded before they cost anything.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction

# SQLite asks after so many steps whether to go on: about a millisecond, and too seldom
# to be measured.
STEPS = 10_000
ENDED = ("57014", sqlite3.SQLITE_INTERRUPT)  # as PostgreSQL and SQLite say it


def limited(*, is_visitor: bool) -> AbstractContextManager[None]:
    """A read of the catalogue. What users ask PostgreSQL, their connection limits."""
    if is_visitor:
        return ended_after(settings.VISITOR_STATEMENT_SECONDS)
    if connection.vendor == "sqlite" and settings.STATEMENT_SECONDS:
        return ended_after(settings.STATEMENT_SECONDS)
    return nullcontext()


def was_ended(error: OperationalError) -> bool:
    """Whether it took too long, rather than that the database has too much to do."""
    cause = error.__cause__
    return (
        getattr(cause, "sqlstate", None) in ENDED
        or getattr(cause, "sqlite_errorcode", None) in ENDED
    )


@contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """Ends what takes longer, as 503 `busy`: on PostgreSQL each statement by itself, on
    SQLite all inside together.

    Costs PostgreSQL three short statements (BEGIN, SET LOCAL, COMMIT), which also hold
    behind a pooler.
    """
    if connection.vendor == "sqlite":
        with interrupted_after(seconds):
            yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    sqlite: Any = connection.connection
    end = monotonic() + seconds
    sqlite.set_progress_handler(lambda: monotonic() > end, STEPS)
    try:
        yield
    finally:
        sqlite.set_progress_handler(None, 0)
