"""JSON arrays as rows: one parameter carries any number of values, on both databases.

PostgreSQL unpacks them by jsonb_array_elements, SQLite by json_each; no other file
says which. Lists of thousands of parameters take longer to write and plan than to look
up, and SQLite has a limit for them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.db import connection
from django.db.models import BooleanField, F, Func, JSONField, Q, Value
from django.db.models.expressions import RawSQL


def array_of(values: Iterable[object]) -> str:
    """The parameter. In order, so that the same values are the same statement."""
    return orjson.dumps(sorted(values)).decode()


def among(numbers: Iterable[int]) -> RawSQL:
    """For `id__in`: any number of numbers as one parameter."""
    unpacked = (
        "SELECT jsonb_array_elements_text(%s::jsonb)::bigint"
        if connection.vendor == "postgresql"
        else "SELECT value FROM json_each(%s)"
    )
    return RawSQL(unpacked, [array_of(numbers)])  # noqa: S611


def select_texts(name: str) -> str:
    """An array of texts as rows of one column."""
    if connection.vendor == "postgresql":
        return f"SELECT jsonb_array_elements_text(%s::jsonb) AS {name}"
    return f"SELECT value AS {name} FROM json_each(%s)"  # noqa: S608


def select_pairs(first: str, second: str) -> str:
    """An array of pairs of texts as rows of two columns."""
    if connection.vendor == "postgresql":
        return (
            f"SELECT value ->> 0 AS {first}, value ->> 1 AS {second} "  # noqa: S608
            "FROM jsonb_array_elements(%s::jsonb)"
        )
    return (
        f"SELECT json_extract(value, '$[0]') AS {first}, "  # noqa: S608
        f"json_extract(value, '$[1]') AS {second} FROM json_each(%s)"
    )


def select_columns(fields: Sequence[Any]) -> str:
    """An array of arrays as rows to be inserted into the columns of these fields."""
    if connection.vendor == "postgresql":
        casts = [
            f"(r.value -> {index})::{field.db_type(connection)}"
            if isinstance(field, JSONField)
            else f"(r.value ->> {index})::{field.db_type(connection)}"
            for index, field in enumerate(fields)
        ]
        return f"SELECT {', '.join(casts)} FROM jsonb_array_elements(%s::jsonb) r"  # noqa: S608
    values = [f"json_extract(r.value, '$[{index}]')" for index in range(len(fields))]
    # "WHERE true" keeps SQLite from reading ON CONFLICT as a join's ON.
    return f"SELECT {', '.join(values)} FROM json_each(%s) r WHERE true"  # noqa: S608


def texts_in(column: str) -> str:
    """For FROM: the texts of each row's array, as `value`."""
    if connection.vendor == "postgresql":
        return f"jsonb_array_elements_text({column})"
    return f"json_each({column})"


class TextIn(Func):
    """SQLite: a text, and a column with an array that may have it. By the column's
    name in the statement, which in a subquery is another.
    """

    arg_joiner = " IN (SELECT value FROM json_each("
    template = "%(expressions)s))"
    output_field = BooleanField()


def has_text(column: str, text: str) -> Any:
    """For filter(): rows whose array in this column has the text."""
    if connection.vendor == "postgresql":
        return Q(**{f"{column}__contains": [text]})
    return TextIn(Value(text), F(column))
