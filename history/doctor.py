"""What can be wrong with the log of changes, and with any table."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from django.db.models import Count, Max, Min, Q

from animecollections.ops.findings import Check, Finding, Look
from history.log.models import Change, UserState
from history.log.repair import fits, is_whole, mend_log

Key = tuple[type[models.Model], tuple[str, ...]]
OURS = ("history", "collections_app", "profiles")
MOST_OF_A_KIND = 20
DEAD_ROWS, DEAD_SHARE = 50_000, 0.3  # of a table; autovacuum begins at a fifth
OLDEST_TRANSACTION = 1_000_000_000  # half way to where PostgreSQL stops writing


class Revisions(Look):
    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        logs = {
            row["user_id"]: (row["oldest"], row["newest"], row["number"])
            for row in Change.objects.across_users()
            .filter(user_id__in=people)
            .order_by()
            .values("user_id")
            .annotate(
                oldest=Min("revision"), newest=Max("revision"), number=Count("pk")
            )
        }
        for state in UserState.objects.filter(pk__in=people).order_by("pk"):
            log = logs.get(state.pk, (None, None, 0))
            if not fits(state, *log) and not is_whole(state.pk):
                yield Finding(
                    f"The log of user {state.pk} has a gap, or does not end at their "
                    f"revision ({state.revision})",
                    "keeps the changes after the last gap; their devices load "
                    "everything again",
                    partial(mend_log, state.pk),
                )


def duplicates() -> Iterator[Finding | None]:
    """Where a unique index is broken or missing, the rows tell. Of what is nobody's."""
    for model, names in keys_of_nobody():
        yield from shared(model, names, Q())
        yield None


class Duplicates(Look):
    """Of keys that begin with whose a row is."""

    def __init__(self) -> None:
        self.keys = [key for key in all_keys() if is_owned(key)]

    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        for model, names in self.keys:
            yield from shared(model, names, Q(user_id__in=people))


def shared(
    model: type[models.Model], names: Sequence[str], whose: Q
) -> Iterator[Finding]:
    rows = model._default_manager.filter(whose).order_by().values(*names)
    found = rows.annotate(together=Count("pk")).filter(together__gt=1)
    for row in found[:MOST_OF_A_KIND]:
        key = " + ".join(names)
        values = ", ".join(str(row[name]) for name in names)
        yield Finding(
            f"{row['together']} rows of {model._meta.label} share {key}: {values}"
        )


def our_models() -> Iterator[type[models.Model]]:
    for app in OURS:
        yield from apps.get_app_config(app).get_models()


def all_keys() -> Iterator[Key]:
    for model in our_models():
        for names in unique_keys(model):
            yield model, names


def is_owned(key: Key) -> bool:
    return len(key[1]) > 1 and key[1][0] == "user"


def keys_of_nobody() -> list[Key]:
    return [key for key in all_keys() if not is_owned(key)]


def unique_keys(model: type[models.Model]) -> Iterator[tuple[str, ...]]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and not constraint.condition:
            yield tuple(constraint.fields)
    for field in model._meta.fields:
        if field.unique and not field.primary_key:
            yield (field.name,)


def indexes() -> Iterator[Finding | None]:
    """Those that models promise, by name."""
    with connection.cursor() as cursor:
        for model in our_models():
            table = model._meta.db_table
            there = connection.introspection.get_constraints(cursor, table)
            promised = [*model._meta.constraints, *model._meta.indexes]
            for index in promised:
                if index.name not in there:
                    yield Finding(f"{table} is without {index.name}")
            yield None
    if connection.vendor == "postgresql":
        yield from invalid_indexes()


def invalid_indexes() -> Iterator[Finding | None]:
    """Left by CREATE INDEX CONCURRENTLY that did not end; written, but never read."""
    invalid = (
        "SELECT indexrelid::regclass::text FROM pg_index "
        "JOIN pg_class c ON c.oid = indrelid "
        "WHERE NOT indisvalid AND c.relnamespace = 'public'::regnamespace"
    )
    for (name,) in rows_of(invalid):
        yield Finding(
            f"The index {name} is not valid",
            "builds a new index, then drops the old one",
            partial(run, f"REINDEX INDEX CONCURRENTLY {name}"),
        )


def database() -> Iterator[Finding | None]:
    if connection.vendor == "postgresql":
        yield from vacuum()
    else:
        yield from file()


def vacuum() -> Iterator[Finding | None]:
    [(age,)] = rows_of(
        "SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database()"
    )
    if age > OLDEST_TRANSACTION:
        yield Finding(
            f"The oldest transaction is {age:,} back: VACUUM cannot clean up",
            "runs VACUUM (FREEZE)",
            partial(run, "VACUUM (FREEZE)"),
        )
    dead = (
        "SELECT relid::regclass::text, n_live_tup, n_dead_tup FROM pg_stat_user_tables"
    )
    for table, living, dead_rows in rows_of(dead):
        if dead_rows > DEAD_ROWS and dead_rows > DEAD_SHARE * (living + dead_rows):
            yield Finding(
                f"{table} has {dead_rows:,} dead rows beside {living:,}: autovacuum "
                "is off, or too slow",
                "runs VACUUM (ANALYZE) on it",
                partial(run, f"VACUUM (ANALYZE) {table}"),
                is_odd=True,
            )
    yield None


def file() -> Iterator[Finding | None]:
    """SQLite: the pages, the indexes against their tables, the foreign keys."""
    for (says,) in rows_of(f"PRAGMA integrity_check({MOST_OF_A_KIND})"):
        if says != "ok":
            yield Finding(f"The file is damaged: {says}; restore a backup")
    yield None
    for table, row, parent, _ in rows_of("PRAGMA foreign_key_check"):
        yield Finding(f"Row {row} of {table} points to a missing row of {parent}")
    yield None


def rows_of(statement: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        yield from cursor.fetchall()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


CHECKS = (
    Check("database", "SQLite's integrity, PostgreSQL's vacuum", database),
    Check("indexes", "indexes exist and are valid", indexes),
    Check(
        "duplicates",
        "duplicates of unique values",
        duplicates,
        lambda: len(keys_of_nobody()),
        Duplicates,
    ),
    Check("revisions", "logs with gaps", look=Revisions),
)
