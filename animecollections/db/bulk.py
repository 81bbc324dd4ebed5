"""Many rows in one statement, whatever their number, on both databases.

Django's bulk_create splits at 999 parameters on SQLite; here all rows travel as one
JSON array (db/json_rows.py).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models

from animecollections.db.free_json import to_bytes
from animecollections.db.hot import Statement, is_postgresql, run
from animecollections.db.json_rows import select_columns
from animecollections.db.spread import is_spread

MOST_WRITTEN_OUT = 8  # rows


class Rows(NamedTuple):
    """Rows to be inserted, given as {attname: value} with the same keys in each.

    Where `unique` columns meet a row that is there, all others but the key are updated,
    those in `adding` by the sum, those in `keeping` not; without `unique` a row that is
    there is an IntegrityError. `unique_where`: the condition of a unique index over
    some rows only.
    Sort the rows by key first, or two such writes in opposite order deadlock.
    """

    model: type[models.Model]
    rows: Sequence[Mapping[str, Any]]
    unique: tuple[str, ...] = ()
    adding: tuple[str, ...] = ()
    unique_where: str = ""
    keeping: tuple[str, ...] = ()


def upsert(
    model: type[models.Model],
    rows: Sequence[Mapping[str, object]],
    *,
    unique: Sequence[str] = (),
    adding: Sequence[str] = (),
    is_last: bool = False,
) -> None:
    """Inserts the rows of one table; see Rows, and hot.run of is_last."""
    table = Rows(model, rows, tuple(unique), tuple(adding))
    run(*inserting(table), is_last=is_last)


def inserting(*tables: Rows) -> list[Statement]:
    """What inserts rows of several tables: on PostgreSQL one statement. None may rely
    on another's having been inserted before it.
    """
    if is_spread():
        return [on_one_machine(table) for table in tables if table.rows]
    made = [of_table(table) for table in tables if table.rows]
    if len(made) > 1 and is_postgresql():
        text = as_one(*(statement.sql for statement in made))
        return [Statement(text, [statement.parameters[0] for statement in made])]
    return made


@lru_cache(100)
def as_one(*statements: str) -> str:
    *first, last = statements
    parts = ", ".join(f"t{place} AS ({text})" for place, text in enumerate(first))
    return f"WITH {parts} {last}"


def on_one_machine(table: Rows) -> Statement:
    """Where tables are spread, rows written out are sent to the machine of their user
    as they are; from an array, they would be collected and sorted out first.
    """
    if len(table.rows) > MOST_WRITTEN_OUT:
        return of_table(table)
    names = tuple(table.rows[0])
    statement = _upsert_of_values(
        table.model,
        names,
        table.unique,
        table.adding,
        table.unique_where,
        table.keeping,
        len(table.rows),
    )
    fields = [column_of(table.model, name) for name in names]
    values = [
        to_bytes(row[name]).decode()
        if isinstance(field, models.JSONField)
        else row[name]
        for row in table.rows
        for name, field in zip(names, fields, strict=True)
    ]
    return Statement(statement, values)


@lru_cache(500)
def _upsert_of_values(
    model: type[models.Model],
    names: tuple[str, ...],
    unique: tuple[str, ...],
    adding: tuple[str, ...],
    unique_where: str,
    keeping: tuple[str, ...],
    number: int,
) -> str:
    fields, statement = _upsert(model, names, unique, adding, unique_where, keeping)
    before, _, after = statement.partition(select_columns(fields))
    casts = ", ".join(f"%s::{field.db_type(connection)}" for field in fields)
    return f"{before}VALUES {', '.join([f'({casts})'] * number)}{after}"


def of_table(table: Rows) -> Statement:
    """Its parameter is the rows as an array in JSON."""
    names = tuple(table.rows[0])
    fields, statement = _upsert(
        table.model,
        names,
        table.unique,
        table.adding,
        table.unique_where,
        table.keeping,
    )
    return Statement(statement, [_array_of(table.rows, fields)])


def _array_of(rows: Sequence[Mapping[str, Any]], fields: Sequence[Any]) -> str:
    """PostgreSQL reads UUIDs and times as orjson writes them."""
    if is_postgresql():
        names = tuple(rows[0])
        array: list[Any] = [[row[name] for name in names] for row in rows]
    else:
        columns = [
            _column_for_sqlite(field, [row[field.attname] for row in rows])
            for field in fields
        ]
        array = list(zip(*columns, strict=True))
    return to_bytes(array).decode()


@lru_cache(100)
def _upsert(
    model: type[models.Model],
    names: tuple[str, ...],
    unique: tuple[str, ...],
    adding: tuple[str, ...],
    unique_where: str,
    keeping: tuple[str, ...],
) -> tuple[list[Any], str]:
    """The columns and the statement, which takes longer to make than to run."""
    fields = [column_of(model, name) for name in names]
    columns = [connection.ops.quote_name(field.column) for field in fields]
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({', '.join(columns)}) {select_columns(fields)}"
    if unique:
        stays = {column_of(model, name).column for name in (*unique, *keeping)}
        keys = [column_of(model, name).column for name in unique]
        sets = [
            f"{column} = {table}.{column} + excluded.{column}"
            if field.attname in adding
            else f"{column} = excluded.{column}"
            for field, column in zip(fields, columns, strict=True)
            if field.column not in stays and not field.primary_key
        ]
        where = f" WHERE {unique_where}" if unique_where else ""
        statement += f" ON CONFLICT ({', '.join(keys)}){where}"
        statement += f" DO UPDATE SET {', '.join(sets)}"
    return fields, statement


def overwrite(
    model: type[models.Model], rows: Sequence[Mapping[str, object]], *, key: str = "id"
) -> None:
    """Sets columns of rows that are there, each given with its key: one statement,
    where bulk_update makes a condition of each row. A JSON column takes no null.
    """
    if rows:
        fields, statement = _overwrite(model, tuple(rows[0]), key)
        run(Statement(statement, [_array_of(rows, fields)]))


@lru_cache(100)
def _overwrite(
    model: type[models.Model], names: tuple[str, ...], key: str
) -> tuple[list[Any], str]:
    fields = [column_of(model, name) for name in names]
    quote = connection.ops.quote_name
    table, by = quote(model._meta.db_table), quote(column_of(model, key).column)
    columns = [quote(field.column) for field in fields]
    sets = [f"{column} = said.{column}" for column in columns if column != by]
    return fields, (
        f"WITH said ({', '.join(columns)}) AS ({select_columns(fields)}) "  # noqa: S608
        f"UPDATE {table} SET {', '.join(sets)} FROM said WHERE {table}.{by} = said.{by}"
    )


def pour(model: type[models.Model], rows: Sequence[Mapping[str, object]]) -> None:
    """Inserts new rows by the million, given as in `upsert`: by COPY on PostgreSQL,
    prepared once on SQLite. Three times as quick as `upsert`; a row that is there is an
    IntegrityError.
    """
    if not rows:
        return
    fields = [column_of(model, name) for name in rows[0]]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    values = itemgetter(*rows[0])
    convert = [_conversion(field) for field in fields]
    flat = (
        [
            value if to is None or value is None else to(value)
            for to, value in zip(convert, values(row), strict=True)
        ]
        for row in rows
    )
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in flat:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({places})",  # noqa: S608
                flat,  # type: ignore[arg-type]  # SQLite takes an iterator
            )


def _conversion(field: Any) -> Callable[[Any], Any] | None:
    """What makes a value of this column one that the driver takes as it is."""
    if isinstance(field, models.JSONField):
        return lambda value: to_bytes(value).decode()
    if connection.vendor == "postgresql":
        return None
    kind = field.target_field if field.is_relation else field
    if isinstance(kind, models.UUIDField):
        return lambda value: value.hex
    if isinstance(kind, models.DateTimeField):
        return _naive
    if isinstance(kind, models.DateField):
        return str
    return None


def column_of(model: type[models.Model], name: str) -> Any:
    """The concrete field behind a name; never a relation's other end."""
    return model._meta.get_field(name)


def _column_for_sqlite(field: Any, values: list[Any]) -> list[Any]:
    """Values that JSON carries and the column reads back as Django would have them.
    Most columns take them as they are.
    """
    if isinstance(field, models.JSONField):
        return [to_bytes(value).decode() for value in values]
    kind = field.target_field if field.is_relation else field
    if isinstance(kind, models.UUIDField):
        return [value.hex if isinstance(value, UUID) else value for value in values]
    if isinstance(kind, models.DateTimeField):
        # Most often it is one time for all rows.
        texts = {time: _naive(time) for time in {*values} if isinstance(time, datetime)}
        return [texts.get(value, value) for value in values]
    return values


def _naive(value: datetime) -> str:
    """As Django's backend writes it, which asks for the connection at each value."""
    return str(value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value)
