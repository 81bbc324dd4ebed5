"""Puts one table where its rows belong (placing.py)."""

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from animecollections.db.citus.placing import Place, place_of

USERS = "profiles_user"
IS_PLACED = (
    "SELECT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = %s::regclass)"
)
# Primary and unique keys, with their columns.
KEYS = """
SELECT c.conname, c.contype, array_agg(a.attname ORDER BY k.place)
FROM pg_constraint c
CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY k (number, place)
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
WHERE c.conrelid = %s::regclass AND c.contype IN ('p', 'u')
GROUP BY c.conname, c.contype
"""


def is_placed(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute(IS_PLACED, [table])
    return bool(cursor.fetchone()[0])


def place_table(cursor: CursorWrapper, model: type[Model]) -> None:
    """A table without foreign keys; its rows go along."""
    table, place = model._meta.db_table, place_of(model)
    if place.is_everywhere:
        cursor.execute("SELECT create_reference_table(%s)", [table])
    elif place.column:
        lead_keys(cursor, table, place)
        beside = USERS if place.column == "user_id" else "none"
        cursor.execute(
            "SELECT create_distributed_table(%s, %s, colocate_with => %s)",
            [table, place.column, beside],
        )


def lead_keys(cursor: CursorWrapper, table: str, place: Place) -> None:
    """A key that is to hold over all machines has to have the column in it. The primary
    one gets it; a unique one (of an e-mail) stays as an index, and claims are unique.
    """
    quote = connection.ops.quote_name
    cursor.execute(KEYS, [table])
    for name, kind, columns in cursor.fetchall():
        if place.column in columns:
            continue
        cursor.execute(f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}")
        listed = ", ".join(map(quote, columns))
        if kind == "p":
            led = f"{quote(place.column)}, {listed}"
            cursor.execute(
                f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(name)} "
                f"PRIMARY KEY ({led})"
            )
            name = f"{table}_by_{'_'.join(columns)}"
        cursor.execute(f"CREATE INDEX {quote(name)} ON {quote(table)} ({listed})")
