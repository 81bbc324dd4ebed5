"""What several statements read, as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections, transaction

from animecollections.db.replica import current_alias


@contextmanager
def one_moment() -> Iterator[None]:
    """Every statement inside sees the database as the first one did; none may write.

    Nobody waits for it, nor it for anybody. It keeps old rows from being cleared away:
    for seconds, not for hours. Within a transaction it changes nothing. Where reads go
    to the replica it is one moment there.
    """
    alias = current_alias()
    here = connections[alias]
    if here.in_atomic_block:
        yield
        return
    with reading() if here.vendor == "sqlite" else transaction.atomic(using=alias):
        if here.vendor == "postgresql":
            with here.cursor() as cursor:
                cursor.execute(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                )
        yield


@contextmanager
def reading() -> Iterator[None]:
    """A transaction of SQLite that does not take the writers' lock, as ours else do."""
    connection.ensure_connection()
    mode = connection.transaction_mode  # type: ignore[attr-defined]
    connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            yield
    finally:
        connection.transaction_mode = mode  # type: ignore[attr-defined]
