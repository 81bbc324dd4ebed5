"""The few statements that run in every request, and those of the one write path.

Where the database is ours of PostgreSQL and may prepare (DATABASE_PREPARED), they are
kept prepared, and several go in one way there and back; elsewhere they are run one by
one through Django's cursor. A statement here always takes the same types of parameters
in the same places: texts, integers, UUIDs, times, dates, booleans, None.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

Found = list[tuple[Any, ...]]


class Statement(NamedTuple):
    sql: str
    parameters: Sequence[Any]


@cache
def is_postgresql() -> bool:
    """Kept, for Django looks the connection up each time it is asked."""
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def fetch(sql: str, parameters: Sequence[object]) -> Found:
    """The rows of one statement."""
    here: Any = connections[DEFAULT_DB_ALIAS]
    if getattr(here, "is_piped", False):
        return here.fetch_each([Statement(sql, parameters)])[0]  # type: ignore[no-any-return]
    return fetch_once(sql, parameters)


def fetch_once(sql: str, parameters: Sequence[Any]) -> Found:
    """Of a statement that is not hot."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: Found = cursor.fetchall()
        return rows


def fetch_each(*statements: Statement) -> list[Found]:
    """The rows of each, in order; each sees what the one before it has done or waited
    for.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]
    if statements and getattr(here, "is_piped", False):
        return here.fetch_each(statements)  # type: ignore[no-any-return]
    return [fetch_once(*statement) for statement in statements]


def run(*statements: Statement, is_last: bool = False) -> None:
    """Writes, which give no rows. is_last: nothing but the COMMIT of a transaction of
    our own comes after them; they may then go with it, and fail there.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]
    if getattr(here, "is_piped", False):
        (here.run_last if is_last else here.fetch_each)(statements)
        return
    with here.cursor() as cursor:
        for statement in statements:
            cursor.execute(*statement)
