"""Questions of a column that each database answers from an index of its own."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.lookups import Contains, Lookup
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
    ) -> tuple[str, list[object]]:
        index = trigrams_of(self.lhs.output_field.model)
        ids = f"SELECT rowid FROM {index} WHERE name GLOB '*' || %s || '*'"  # noqa: S608
        quoted = connection.ops.quote_name(self.lhs.alias)
        return f"{quoted}.id IN ({ids})", [self.rhs]


class HoldsAll(Lookup[Any]):
    """`holds` each of several texts: of them all, one question of SQLite's index."""

    lookup_name = "holds_all"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        like = f"{lhs} {connection.operators['contains'] % '%s'}"
        escape = connection.ops.prep_for_like_query
        parameters = [
            value for text in self.rhs for value in (*lhs_params, f"%{escape(text)}%")
        ]
        return " AND ".join([like] * len(self.rhs)), parameters

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[object]]:
        """FTS5 takes a text in double quotes for itself, whatever is in it."""
        phrases = " || ' AND ' || ".join([PHRASE] * len(self.rhs))
        return matching(self, connection, phrases), list(self.rhs)


class Matches(Lookup[Any]):
    """Names that SQLite's index of trigrams finds by a query of its own language."""

    lookup_name = "matches"

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[object]]:
        return matching(self, connection, "%s"), [self.rhs]


PHRASE = """'"' || replace(%s, '"', '""') || '"'"""


def phrase(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"'


def matching(
    lookup: Lookup[object], connection: BaseDatabaseWrapper, query: str
) -> str:
    index = trigrams_of(lookup.lhs.output_field.model)
    quoted = connection.ops.quote_name(lookup.lhs.alias)
    return f"{quoted}.id IN (SELECT rowid FROM {index} WHERE name MATCH {query})"  # noqa: S608
