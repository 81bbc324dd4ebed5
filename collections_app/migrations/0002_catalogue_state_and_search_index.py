"""The catalogue's one row of state, and PostgreSQL's index for search by trigrams."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import ProgrammingError, migrations

INDEX = "search_name_trigrams"


class OurTrigramExtension(TrigramExtension):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except ProgrammingError as error:
            raise ProgrammingError(
                "Search needs PostgreSQL's extension pg_trgm, and this database user may "
                'not create it. As a superuser run "CREATE EXTENSION pg_trgm" in this '
                "database, then migrate again. (Debian and Ubuntu have it in the package "
                "postgresql-contrib.)"
            ) from error


def create_state(apps, schema_editor):
    apps.get_model("collections_app", "CatalogueState").objects.get_or_create(id=1)


def create_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE INDEX {INDEX} ON collections_app_searchname "
            "USING gin (name gin_trgm_ops)"
        )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0001_initial")]

    operations = [
        OurTrigramExtension(),
        migrations.RunPython(create_state, migrations.RunPython.noop),
        migrations.RunPython(create_index, drop_index),
    ]
