"""Prepared statements and pipeline mode, through libpq itself.

psycopg's cursors prepare too, and have a pipeline. But a statement through a cursor of
Django's costs 208,000 instructions in this process, through a kept statement 44,000;
and psycopg ends every statement it has prepared at each rollback. So the few hot ones
go to libpq on psycopg's connection, which Django and psycopg use for all others.
"""

import re
from collections.abc import Generator, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute, fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from animecollections.db.hot import Found, Statement

# What tells that a statement is prepared no more, or that its table has changed.
GONE = (
    psycopg.errors.InvalidSqlStatementName,
    psycopg.errors.FeatureNotSupported,
)
IDLE = TransactionStatus.IDLE
ROWS, DONE = ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK
# The types that PostgreSQL is told of parameters. Of a text it finds out by itself, as
# of every text that psycopg sends. To Python a bool is an int, and a datetime a date.
OIDS = {UUID: 2950, bool: 16, int: 20, datetime: 1184, date: 1082}


class Kept:
    """One statement that is kept prepared."""

    __slots__ = ("loaders", "name", "was_read")

    def __init__(self, name: bytes, connection: psycopg.Connection[Any]) -> None:
        self.name, self.was_read = name, False
        self.loaders = Transformer(connection)

    def rows(self, result: PGresult) -> Found:
        """As Django has psycopg read them. Its columns never change their types."""
        loaders = self.loaders
        loaders.set_pgresult(result, set_loaders=not self.was_read)
        rows = loaders.load_rows(0, result.ntuples, tuple)
        loaders.set_pgresult(None, set_loaders=False)  # which may be large
        self.was_read = True
        return rows


class Pipeline:
    """Of one connection: what it keeps prepared."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection, self.pgconn = connection, connection.pgconn
        self.kept: dict[str, Kept] = {}
        self.numbers = count(1)

    def run(self, statements: Sequence[Statement]) -> list[Found]:
        """The rows of each, from one way there and back. After one that fails none is
        run, and its error is raised.

        Where something else has ended what is kept (DISCARD ALL), it is prepared and
        asked again. Within a transaction all of it would have to be done again: it
        fails, as when the connection is lost.
        """
        was_idle = self.pgconn.transaction_status == IDLE
        try:
            return self.ask(statements)
        except GONE as error:
            self.kept.clear()
            if not was_idle:
                raise psycopg.OperationalError("no longer prepared") from error
        self.connection.rollback()
        return self.ask(statements)

    def ask(self, statements: Sequence[Statement]) -> list[Found]:
        pgconn, kept = self.pgconn, self.kept
        for sql, parameters in statements:
            if sql not in kept:
                self.prepare(sql, parameters)
        asked = [(kept[sql], [as_text(p) for p in given]) for sql, given in statements]
        try:
            pgconn.enter_pipeline_mode()
            for statement, texts in asked:
                pgconn.send_query_prepared(statement.name, texts)
            pgconn.pipeline_sync()
            results = self.connection.wait(answers(pgconn, len(asked)))
            pgconn.exit_pipeline_mode()
        except BaseException:
            pgconn.finish()  # whatever it may yet say would be taken for other answers
            raise
        found = []
        for (statement, _), result in zip(asked, results, strict=True):
            status = result.status
            if status == ROWS:
                found.append(statement.rows(result))
            elif status == DONE:
                found.append([])
            else:
                raise error_from_result(result)
        return found

    def prepare(self, sql: str, parameters: Sequence[object]) -> None:
        """On a way of its own: each is prepared once."""
        kept = Kept(b"hot_%d" % next(self.numbers), self.connection)
        oids = [oid_of(value) for value in parameters]
        self.pgconn.send_prepare(kept.name, numbered(sql), oids)
        for result in self.connection.wait(execute(self.pgconn)):
            if result.status != DONE:
                raise error_from_result(result)
        self.kept[sql] = kept


def answers(pgconn: PGconn, number: int) -> Generator[Any, Any, list[PGresult]]:
    """One for each of so many that were sent, and the Sync after them."""
    yield from send(pgconn)
    results: list[PGresult] = []
    for _ in range(number):
        results += yield from fetch_many(pgconn)
    yield from fetch_many(pgconn)
    return results


def numbered(sql: str) -> bytes:
    """With $1, $2 … in the places of %s, as libpq has them."""
    numbers = count(1)
    return re.sub(
        "%[s%]", lambda at: f"${next(numbers)}" if at[0] == "%s" else "%", sql
    ).encode()


def oid_of(value: object) -> int:
    return next((oid for type_, oid in OIDS.items() if isinstance(value, type_)), 0)


def as_text(value: object) -> bytes | None:
    if isinstance(value, str):
        text = value.encode()
        if b"\0" in text:  # where libpq would end it
            raise psycopg.DataError("a text cannot contain NUL (0x00)")
        return text
    if isinstance(value, UUID):
        return value.hex.encode()
    if isinstance(value, int | date):
        return str(value).encode()
    if value is None:
        return None
    raise TypeError(f"no hot statement takes a {type(value).__name__}")
