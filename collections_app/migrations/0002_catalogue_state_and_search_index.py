"""The catalogue's one row of state, and the indexes that PostgreSQL alone takes."""

from django.contrib.postgres.operations import TrigramExtension
from django.core.management import CommandError
from django.db import DatabaseError, migrations

# What Django's Index cannot say of both databases at once.
INDEXES = {
    "search_name_trigrams": "collections_app_searchname USING gin (name gin_trgm_ops)",
    "anime_best_first": "collections_app_anime (rating DESC NULLS LAST, id DESC)",
}


class OurTrigramExtension(TrigramExtension):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except DatabaseError as error:
            raise CommandError(
                "Search needs PostgreSQL's extension pg_trgm, and this database user may "
                'not create it. As a superuser run "CREATE EXTENSION pg_trgm" in this '
                "database, then migrate again. (Debian and Ubuntu have it in the package "
                "postgresql-contrib.)"
            ) from error


def create_state(apps, schema_editor):
    apps.get_model("collections_app", "CatalogueState").objects.get_or_create(id=1)


def create_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, columns in INDEXES.items():
            schema_editor.execute(f"CREATE INDEX {name} ON {columns}")


def drop_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0001_initial")]

    operations = [
        OurTrigramExtension(),
        migrations.RunPython(create_state, migrations.RunPython.noop),
        migrations.RunPython(create_indexes, drop_indexes),
    ]
