"""Every user's rows in one number, to see that two databases hold the same.

PostgreSQL adds up its own rows: a sum for each user and table, whose order does not
matter, some 2 µs a row on each core. On SQLite Python hashes them, some 15 µs a row.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, models, transaction

from animecollections.db.free_json import to_bytes

USERS_AT_ONCE = 500
# What a restore changes on purpose: the epoch that ends all cursors.
LEFT_OUT = {"history.UserState": {"epoch"}}
# How a row is written out must not depend on who asks, nor on the server's version.
TEXT_OF_ROWS = """
    SET LOCAL datestyle = 'ISO, MDY'; SET LOCAL intervalstyle = 'postgres';
    SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1;
    SET LOCAL timezone = 'UTC'; SET LOCAL statement_timeout = 0
"""
Tell = Callable[[int], object]


def method() -> str:
    """By its name, which a backup notes: only numbers made alike can be compared."""
    return "md5 sums" if connection.vendor == "postgresql" else "blake2b"


def of_users(tell: Tell = lambda rows: None) -> Iterator[tuple[str, int, str]]:
    """(user id, number of rows, checksum) of each, in key order, over all tables with a
    user. `tell` hears how many rows were read.
    """
    if connection.vendor == "postgresql":
        return summed_by_postgresql(tell)
    return hashed(tell)


# --- PostgreSQL --------------------------------------------------------------------


def summed_by_postgresql(tell: Tell) -> Iterator[tuple[str, int, str]]:
    """Memory: some 300 bytes a user."""
    sums: dict[UUID, tuple[int, int]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TEXT_OF_ROWS)
        for position, (model, owner) in enumerate(owned()):
            cursor.execute(statement_of_sums(model, owner, position))
            read = 0
            for user_id, number, sum_ in cursor:
                rows, total = sums.get(user_id, (0, 0))
                sums[user_id] = rows + number, total + int(sum_)
                read += number
            tell(read)
    for user_id in sorted(sums):
        rows, total = sums[user_id]
        yield str(user_id), rows, f"{total % 2**64:016x}"


def statement_of_sums(model: type[models.Model], owner: str, position: int) -> str:
    """Half an md5, as an integer, of each row's text after its table's number."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column in columns_of(model))
    whose: Any = model._meta.pk if owner == "pk" else model._meta.get_field(owner)
    key = quote(whose.column)
    table = quote(model._meta.db_table)
    text = f"ROW({position}, {columns})::text"
    number = f"('x' || left(md5({text}), 16))::bit(64)::bigint"
    return f"SELECT {key}, count(*), sum({number}) FROM {table} GROUP BY {key}"  # noqa: S608


def columns_of(model: type[models.Model]) -> list[str]:
    """By name, for a migrated table has them in another order than a new one."""
    left_out = LEFT_OUT.get(model._meta.label, set())
    fields = model._meta.concrete_fields
    return sorted(field.column for field in fields if field.name not in left_out)


# --- SQLite ------------------------------------------------------------------------


def hashed(tell: Tell) -> Iterator[tuple[str, int, str]]:
    """Memory is that of 500 users."""
    users = get_user_model()._default_manager.order_by("pk")
    chunk: list[Any] = []
    for user_id in users.values_list("pk", flat=True).iterator(USERS_AT_ONCE):
        chunk.append(user_id)
        if len(chunk) == USERS_AT_ONCE:
            yield from of_some(chunk, tell)
            chunk = []
    yield from of_some(chunk, tell)


def of_some(ids: list[UUID], tell: Tell) -> Iterator[tuple[str, int, str]]:
    hashes = {user_id: blake2b(digest_size=16) for user_id in ids}
    numbers = dict.fromkeys(ids, 0)
    for model, owner in owned():
        left_out = LEFT_OUT.get(model._meta.label, set())
        names = [
            f.attname for f in model._meta.concrete_fields if f.name not in left_out
        ]
        rows = model._default_manager.filter(**{f"{owner}__in": ids})
        rows = rows.order_by(owner, "pk")
        for row in rows.values_list(owner, *names).iterator():
            line = to_bytes(row[1:], orjson.OPT_SORT_KEYS, default=str)
            hashes[row[0]].update(line)
            numbers[row[0]] += 1
    tell(sum(numbers.values()))
    for user_id in ids:
        yield str(user_id), numbers[user_id], hashes[user_id].hexdigest()


# --- Both --------------------------------------------------------------------------


def owned() -> Iterator[tuple[type[models.Model], str]]:
    """Each table of users' rows, and the name of the column that says whose."""
    people = get_user_model()
    yield people, "pk"
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        for field in model._meta.concrete_fields:
            if field.name == "user" and field.related_model is people:
                yield model, field.attname


def counts() -> dict[str, int]:
    """Of every table, users' or not, by its name in the database."""
    found = {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_models(include_auto_created=True)
    }
    return dict(sorted(found.items()))


def rows_owned(counts: dict[str, int]) -> int:
    """Of all these, those that checksums are made of."""
    return sum(counts.get(model._meta.db_table, 0) for model, _ in owned())
