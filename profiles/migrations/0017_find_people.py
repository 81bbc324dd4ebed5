"""Staff find people by any part of an e-mail or name: PostgreSQL read all of them.

For people sign up one by one: no pending list, which each search would read to its end.
"""

from django.db import migrations

from animecollections.db.indexes import add_online

INDEXES = {
    "user_email_trigrams": "email",
    "user_name_trigrams": "upper(user_name::text)",
    "user_key_trigrams": "user_name_key",
}


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, column in INDEXES.items():
            add_online(
                schema_editor,
                name,
                f"profiles_user USING gin ({column} gin_trgm_ops) "
                "WITH (fastupdate = off)",
            )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("profiles", "0016_outbox_by_status"),
        ("collections_app", "0002_catalogue_state_and_search_index"),  # pg_trgm
    ]
    operations = [migrations.RunPython(add, remove)]
