"""Indexes that migrations add to tables of any length, while servers write to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddIndex
from django.db.migrations.state import ProjectState


@contextmanager
def waiting(schema_editor: BaseDatabaseSchemaEditor) -> Iterator[None]:
    """CREATE INDEX CONCURRENTLY waits for every transaction that is older than it, such
    as a backup's: for as long as it takes, and not lock_timeout.
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [usual])


def add_online(schema_editor: BaseDatabaseSchemaEditor, name: str, on: str) -> None:
    """`on`: the rest of CREATE INDEX, where models say nothing of the index.

    What a build that was ended left behind is not valid, and goes first.
    """
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute(f"CREATE INDEX {name} ON {on}")
        return
    with waiting(schema_editor):
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {on}")


class AddIndexOnline(AddIndexConcurrently):
    """AddIndex that stops no write; in a migration with `atomic = False`."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        told = (app_label, schema_editor, from_state, to_state)
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_forwards(self, *told)
            return
        with waiting(schema_editor):
            schema_editor.execute(
                f"DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}"
            )
            super().database_forwards(*told)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        told = (app_label, schema_editor, from_state, to_state)
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_backwards(self, *told)
            return
        with waiting(schema_editor):
            super().database_backwards(*told)
