"""The best titles are those of the weighted rating: PostgreSQL's index follows it."""

from django.db import migrations

NAME = "anime_best_first"
AS_IT_WAS = "collections_app_anime (rating DESC NULLS LAST, id DESC)"
AS_IT_IS = "collections_app_anime (weighted_rating DESC NULLS LAST, id DESC)"


def replace(schema_editor, columns):
    """A catalogue has some ten thousand titles: it is built in a tenth of a second."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {NAME}")
        schema_editor.execute(f"CREATE INDEX {NAME} ON {columns}")


def forwards(apps, schema_editor):
    replace(schema_editor, AS_IT_IS)


def backwards(apps, schema_editor):
    replace(schema_editor, AS_IT_WAS)


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0024_own_lists")]
    operations = [migrations.RunPython(forwards, backwards)]
