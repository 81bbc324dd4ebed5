"""Query sets that Django turns into SQL once, not each time they are asked.

Making the statement of a joined query set takes a millisecond, longer than PostgreSQL
needs to answer it; its text is the same whatever the values in it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from animecollections.db.hot import (
    Found,
    Statement,
    fetch,
    fetch_once,
    is_postgresql,
)

# Values that no query means, by which a parameter is known again in what was made.
MARKS: dict[type, Callable[[int], Any]] = {
    UUID: lambda number: UUID(int=0xFACE << 96 | number),
    int: lambda number: 2_000_000_000 + number,
    str: lambda number: f"\x01mark-{number}\x02",
    datetime: lambda number: datetime(1901, 1, 1, 1, 1, 1, 100_000 + number, UTC),
}


class Compiled:
    """A query set of values_list(), made of parameters of these types.

        ROWS = Compiled(lambda user_id, since: Change.objects.of(…), UUID, datetime)
        ROWS.fetch(user_id, since)  # tuples, as the query set would give them

    `make` must build the same query for whatever values: no value may decide anything.
    A text may stand within a text of the query: what LIKE looks for is one.

    is_hot: one of the few statements that PostgreSQL keeps prepared (hot.py).
    """

    def __init__(
        self,
        make: Callable[..., QuerySet[Any, Any]],
        *types: type,
        is_hot: bool = False,
    ) -> None:
        self.make, self.types, self.is_hot = make, types, is_hot
        self.sql = ""
        # For each parameter of the SQL: what it is, given ours.
        self.places: list[Callable[[Sequence[Any]], Any]] = []
        self.converters: list[Any] = []

    def fetch(self, *values: object) -> Found:
        find = fetch if self.is_hot else fetch_once
        return self.read(find(*self.statement(*values)))

    def statement(self, *values: object) -> Statement:
        """To be fetched together with others; `read` then takes its rows."""
        if not self.sql:
            self.compile()
        ready = [for_database(value) for value in values]
        return Statement(self.sql, [place(ready) for place in self.places])

    def read(self, rows: Found) -> Found:
        return [self.converted(row) for row in rows] if self.converters else rows

    def compile(self) -> None:
        marks = [MARKS[type_](number) for number, type_ in enumerate(self.types)]
        compiler = self.make(*marks).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        known = {for_database(mark): number for number, mark in enumerate(marks)}
        sql, parameters = with_words(sql, parameters, known)
        self.places = [place_of(value, known) for value in parameters]
        expressions = [column[0] for column in compiler.select]
        self.converters = list(compiler.get_converters(expressions).items())
        self.sql = sql  # last: other threads go by it

    def converted(self, row: tuple[object, ...]) -> tuple[object, ...]:
        values = list(row)
        for index, (converters, expression) in self.converters:
            for convert in converters:
                values[index] = convert(values[index], expression, connection)
        return tuple(values)


def with_words(
    sql: str, parameters: Sequence[object], known: Mapping[object, int]
) -> tuple[str, list[object]]:
    """Words of the query itself stand in its text: only there does a plan that is made
    before any values see that an index of `kind = 'remove'` serves.
    """
    values, left = iter(parameters), []

    def written(sign: re.Match[str]) -> str:
        if sign[0] != "%s":
            return sign[0]
        value = next(values)
        if isinstance(value, str) and value not in known and value.isidentifier():
            return f"'{value}'"
        left.append(value)
        return sign[0]

    return re.sub("%[s%]", written, sql), left


def place_of(value: object, known: dict[object, int]) -> Callable[[Sequence[Any]], Any]:
    """Where the parameter of the SQL that is `value` with our marks comes from."""
    if value in known:
        return itemgetter(known[value])
    if isinstance(value, str):
        for mark, number in known.items():
            if isinstance(mark, str) and mark.startswith("\x01") and mark in value:
                before, after = value.split(mark)
                return lambda ready: f"{before}{like(ready[number])}{after}"
    return lambda ready: value


def like(text: str) -> str:
    """Signs of patterns mean themselves, as in Django's own."""
    return connection.ops.prep_for_like_query(text)


def for_database(value: object) -> Any:
    """SQLite has neither UUIDs nor times."""
    if isinstance(value, UUID):
        return value if is_postgresql() else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
