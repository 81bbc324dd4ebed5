"""Room in each page for the next version of a row, so that updates stay HOT."""

from django.db import migrations


def on_postgresql(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


TABLE = "ALTER TABLE collections_app_watchlistentry"


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0005_imports")]
    operations = [
        migrations.RunPython(
            on_postgresql(f"{TABLE} SET (fillfactor = 90)"),
            on_postgresql(f"{TABLE} RESET (fillfactor)"),
        )
    ]
