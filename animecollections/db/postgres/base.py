"""Django's PostgreSQL with two things more: a limit on every wait (time_limits.py), and
hot statements that are kept prepared and go several in one way there and back
(pipeline.py). docs/database-backend.md tells how, and how to build on it.
"""

from collections.abc import Sequence
from typing import Any, cast

from animecollections.db.hot import Found, Statement
from animecollections.db.postgres.pipeline import IDLE, Pipeline
from animecollections.db.postgres.time_limits import LimitedInTime

BEGIN = Statement("BEGIN", ())
COMMIT = Statement("COMMIT", ())


class DatabaseWrapper(LimitedInTime):
    """A setting of its own. PREPARES: whether hot statements are kept prepared; behind
    a pooler in transaction mode they are not.
    """

    can_prepare = True  # a backend built on this one may say no
    pipeline: Pipeline | None = None
    health_check_done: bool  # Django's
    # Statements that wait for the COMMIT, or for whatever else is done before it.
    last_ones: Sequence[Statement] = ()

    @property
    def is_piped(self) -> bool:
        """Code that watches statements sees each of them, by Django's own cursor."""
        return (
            self.pipeline is not None
            and not self.execute_wrappers
            and not self.queries_logged
        )

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        prepares = self.can_prepare and self.settings_dict.get("PREPARES")
        self.pipeline = Pipeline(connection) if prepares else None
        self.last_ones = ()
        return connection

    def fetch_each(self, statements: Sequence[Statement]) -> list[Found]:
        """The rows of each statement: all in one way there and back, in this order.

        A transaction that Django has begun and the server not yet begins with them.
        Each statement sees what was committed before it began, as always: what is read
        after a lock is as the lock found it.
        """
        if self.connection is None or not self.health_check_done:
            self.close_if_health_check_failed()
            self.ensure_connection()
        self.validate_thread_sharing()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            if not self.last_ones:
                return self.piped(statements)
            before, self.last_ones = self.last_ones, ()
            return self.piped([*before, *statements])[len(before) :]

    def piped(self, statements: Sequence[Statement]) -> list[Found]:
        pipeline = cast("Pipeline", self.pipeline)
        if self.autocommit or pipeline.pgconn.transaction_status != IDLE:
            return pipeline.run(statements)
        return pipeline.run([BEGIN, *statements])[1:]

    def run_last(self, statements: Sequence[Statement]) -> None:
        """The last statements of a transaction, which go together with its COMMIT.
        Their errors are raised where the transaction ends.
        """
        self.last_ones = [*self.last_ones, *statements]

    def create_cursor(self, name: str | None = None) -> object:
        if self.last_ones:  # they come before whatever this cursor is for
            before, self.last_ones = self.last_ones, ()
            self.piped(before)
        return super().create_cursor(name)

    def _commit(self) -> None:
        if not self.last_ones:
            super()._commit()  # type: ignore[misc]
            return
        statements, self.last_ones = self.last_ones, ()
        with self.wrap_database_errors:
            self.piped([*statements, COMMIT])

    def _rollback(self) -> None:
        self.last_ones = ()
        super()._rollback()  # type: ignore[misc]
