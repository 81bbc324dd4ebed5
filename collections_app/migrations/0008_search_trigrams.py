"""On SQLite an index of the trigrams of search names, as PostgreSQL has since 0002.

Triggers keep it. SQLite drops them with the table that Django makes anew when a later
migration alters SearchName: such a migration runs `create` again after it.
"""

from django.db import migrations

TABLE, INDEX = "collections_app_searchname", "collections_app_searchname_trigrams"
TAKE = f"INSERT INTO {INDEX} (rowid, name) VALUES (new.id, new.name)"
DROP = f"INSERT INTO {INDEX} ({INDEX}, rowid, name) VALUES ('delete', old.id, old.name)"
STATEMENTS = [
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5"
    f"(name, content='{TABLE}', content_rowid='id', tokenize='trigram')",
    f"CREATE TRIGGER {INDEX}_insert AFTER INSERT ON {TABLE} BEGIN {TAKE}; END",
    f"CREATE TRIGGER {INDEX}_delete AFTER DELETE ON {TABLE} BEGIN {DROP}; END",
    f"CREATE TRIGGER {INDEX}_update AFTER UPDATE ON {TABLE} BEGIN {DROP}; {TAKE}; END",
    f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')",
]


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in STATEMENTS:
            schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for event in ("insert", "delete", "update"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {INDEX}_{event}")
        schema_editor.execute(f"DROP TABLE IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0007_merge")]
    operations = [migrations.RunPython(create, drop)]
