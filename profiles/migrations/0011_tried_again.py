"""Failed tries of mails from before say by what they failed, not whether another try
followed: all but the fifth had one.
"""

from typing import Any

from django.db import migrations

LAST_TRY = 4
TRIED_AGAIN = "animecollections.ops.tries.TriedAgainError"


def mark(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("django_tasks_database", "DBTaskResult").objects
    failed = rows.filter(status="FAILED", task_path__startswith="profiles.tasks.")
    tried = [
        row.pk
        for row in failed.only("args_kwargs")
        if row.args_kwargs["kwargs"].get("tries", 0) < LAST_TRY
    ]
    rows.filter(pk__in=tried).update(exception_class_path=TRIED_AGAIN)


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0010_reset_links"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
