"""PostgreSQL's index of search names keeps few names in its pending list.

Each search reads that list to its end. At its default of 4 MB fuzzy searches took a
thousand times longer after an import of a catalogue, until autovacuum came. Without a
list (fastupdate off) the import takes twice as long; with a short one neither does.
"""

from django.db import migrations

INDEX = "search_name_trigrams"
KILOBYTES = 256


def shorten(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"ALTER INDEX {INDEX} SET (gin_pending_list_limit = {KILOBYTES})"
        )
        schema_editor.execute(f"SELECT gin_clean_pending_list('{INDEX}'::regclass)")


def lengthen(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER INDEX {INDEX} RESET (gin_pending_list_limit)")


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0009_merge_moved_at")]
    operations = [migrations.RunPython(shorten, lengthen)]
