"""Commands that need a session of the database's own.

What they set (a search path, timeouts), export (a snapshot) or hold (a cursor) belongs
to a session. A pooler in transaction mode lends sessions: the next client would find
the search path of a dump, and no table. So these commands go round the pooler.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

REFUSAL = (
    "DATABASE_URL leads to a connection pooler, but {} needs the database "
    "itself: set DATABASE_DIRECT_URL to its address. Nothing was done."
)


class DirectCommand(BaseCommand):
    """Takes DATABASE_DIRECT_URL where it is set."""

    def execute(self, *args: object, **options: object) -> str | None:
        with direct():
            self.look_at_session()
            return super().execute(*args, **options)

    def look_at_session(self) -> None:
        """Before anything is done."""


class SessionCommand(DirectCommand):
    """And goes through no pooler."""

    def look_at_session(self) -> None:
        if connection.vendor == "postgresql" and is_behind_a_pooler():
            name = self.__module__.rpartition(".")[2]
            raise CommandError(REFUSAL.format(name))


@contextmanager
def direct() -> Iterator[None]:
    if settings.DATABASE_DIRECT is None:
        yield
        return
    own = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(settings.DATABASE_DIRECT)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(own)


def is_behind_a_pooler() -> bool:
    """A pooler cannot tell clients the process that serves them, for it changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    return bool(pid != connection.connection.info.backend_pid)
