"""The outbox by where its tasks stand: metrics, probes and trimming read all of it. And
Django's log of the admin by what a row is about, which an erasure looks for.

The tables are of others, whose migrations know nothing of these indexes.
"""

from django.db import migrations

from animecollections.db.indexes import add_online

INDEXES = {
    "outbox_by_status": "django_tasks_database_dbtaskresult (status, finished_at)",
    "admin_log_of_object": "django_admin_log (object_id)",
}


def add(apps, schema_editor):
    for name, on in INDEXES.items():
        add_online(schema_editor, name, on)


def remove(apps, schema_editor):
    for name in INDEXES:
        schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("profiles", "0015_failed_sign_ins_part"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]
    operations = [migrations.RunPython(add, remove)]
