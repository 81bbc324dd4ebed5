"""The outbox by whom a mail goes to: the page of a person shows theirs.

The table is of django_tasks_db, whose migrations know nothing of these indexes.
"""

from django.db import migrations

TABLE = "django_tasks_database_dbtaskresult"
# As profiles.outbox.Argument writes it: else no index is used.
ARGUMENT = {
    "postgresql": "args_kwargs #>> '{{kwargs,{}}}'",
    "sqlite": "JSON_EXTRACT(args_kwargs, '$.kwargs.{}')",
}
INDEXES = {"outbox_of_user": "user_id", "outbox_of_email": "email"}


def add(apps, schema_editor):
    argument = ARGUMENT[schema_editor.connection.vendor]
    for index, name in INDEXES.items():
        schema_editor.execute(
            f"CREATE INDEX {index} ON {TABLE} (({argument.format(name)}))"
        )


def remove(apps, schema_editor):
    for index in INDEXES:
        schema_editor.execute(f"DROP INDEX {index}")


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0012_privacy_requests_and_notices"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]
    operations = [migrations.RunPython(add, remove)]
