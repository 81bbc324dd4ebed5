"""Questions of a column that each database answers from an index of its own."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.lookups import Contains
from django.db.models.sql.compiler import SQLCompiler


def trigrams_of(model: type[Model]) -> str:
    """SQLite's table of the trigrams of this model's names."""
    return f"{model._meta.db_table}_trigrams"


class Holds(Contains):
    """A folded name has in it this folded text of three letters or more, and no signs.

    As `contains`, which PostgreSQL takes from its index of trigrams. That of SQLite is
    a table of its own (migration 0008). It knows GLOB, and LIKE without the ESCAPE that
    Django always says. Fewer letters it does not find, and signs of GLOB are patterns.
    """

    lookup_name = "holds"

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        return connection.operators["contains"] % rhs

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        index = trigrams_of(self.lhs.output_field.model)
        ids = f"SELECT rowid FROM {index} WHERE name GLOB '*' || %s || '*'"  # noqa: S608
        quoted = connection.ops.quote_name(self.lhs.alias)
        return f"{quoted}.id IN ({ids})", [self.rhs]
