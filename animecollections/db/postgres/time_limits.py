"""Django's PostgreSQL, whose threads never wait for ever.

statement_timeout and lock_timeout are the server's, and a server that hangs keeps
neither; keepalives and tcp_user_timeout are the kernel's, and the kernel of a machine
whose PostgreSQL hangs goes on acknowledging. So the client looks at its own clock.
"""

from collections.abc import Generator
from time import monotonic
from typing import Any
from weakref import ref

import psycopg
from django.db.backends.postgresql import base

# So long a server may be silent before we look whether it takes new connections.
SECONDS_OF_TRUST = 5
SECONDS_TO_CONNECT = 2  # the least that psycopg knows
# A command may wait for a minute: behind a busy pooler a new connection waits as well.
MOST_LOOKS = 9


class LimitedInTime(base.DatabaseWrapper):
    """Two settings of its own. SILENT_SECONDS: how long a statement may take at all,
    where the server still takes connections; 0: as long as it takes. TIMEOUTS: those
    of the server, for as long as the connection stands.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        longest = self.settings_dict.get("SILENT_SECONDS") or 0
        wait, own = (
            type(connection).wait,
            ref(connection),
        )  # it is closed with its thread

        def bounded_wait(gen: Any, *args: object, **kwargs: object) -> object:
            try:
                state = next(gen)
            except StopIteration as done:  # there is nothing to wait for
                return done.value
            living: Any = own()
            watched = watch(gen, state, living, conn_params, longest)
            return wait(living, watched, *args, **kwargs)

        connection.wait = bounded_wait
        return connection

    def init_connection_state(self) -> None:
        super().init_connection_state()
        timeouts = self.settings_dict.get("TIMEOUTS") or {}
        if not timeouts:
            return
        calls = ", ".join("set_config(%s, %s, false)" for _ in timeouts)
        values = [text for pair in timeouts.items() for text in pair]
        with self.wrap_database_errors:
            self.connection.execute(f"SELECT {calls}", values)
            if not self.get_autocommit():
                self.connection.commit()

    def chunked_cursor(self) -> Any:
        """To close it is a statement too, and Django would leave its failure psycopg's:
        a database that goes away then would be a 500, and not 503.
        """
        cursor: Any = super().chunked_cursor()
        cursor.close = self.wrap_database_errors(cursor.close)
        return cursor


def watch(
    gen: Generator[object, object, object],
    state: object,
    connection: psycopg.Connection[Any],
    parameters: dict[str, object],
    longest: float,
) -> Generator[object, object, object]:
    """What psycopg waits for, and asks again ten times a second whether it is there."""
    try:
        began = looked = monotonic()
        in_vain = 0  # looks, one after the other
        while True:
            ready = yield state
            if ready:
                began = looked = monotonic()
                in_vain = 0
            elif monotonic() - looked > SECONDS_OF_TRUST:
                in_vain = in_vain + 1 if hangs(parameters) else 0
                is_over = longest and monotonic() - began > longest
                if is_over or in_vain >= (1 if longest else MOST_LOOKS):
                    connection.pgconn.finish()  # what it may yet say is nobody's
                    raise psycopg.OperationalError("the database does not answer")
                looked = monotonic()
            state = gen.send(ready)
    except StopIteration as done:
        return done.value


def hangs(parameters: dict[str, Any]) -> bool:
    """Whether a new connection waits in vain; one that is refused does not."""
    try:
        psycopg.connect(**parameters | {"connect_timeout": SECONDS_TO_CONNECT}).close()
    except psycopg.errors.ConnectionTimeout:
        return True
    except psycopg.Error:
        pass
    return False
