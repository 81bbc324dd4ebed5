"""Room in each page for the next version of a row, so that updates stay HOT.

A state row is updated by every write of its user.
"""

from django.db import migrations


def on_postgresql(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


TABLE = "ALTER TABLE history_userstate"


class Migration(migrations.Migration):
    dependencies = [("history", "0003_job")]
    operations = [
        migrations.RunPython(
            on_postgresql(f"{TABLE} SET (fillfactor = 90)"),
            on_postgresql(f"{TABLE} RESET (fillfactor)"),
        )
    ]
