"""Whether the database is spread over machines by user (animecollections/db/citus)."""

from django.db import connection


def is_spread() -> bool:
    """Then a statement that does not name its user asks every machine."""
    return bool(getattr(connection, "is_spread", False))
