from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Now


def due_since_it_is_due(apps, schema_editor):
    apps.get_model("history", "Job").objects.update(due_since=F("due_at"))


class Migration(migrations.Migration):
    dependencies = [("history", "0005_staffaction")]

    operations = [
        migrations.AlterModelOptions(
            name="job",
            options={"permissions": [("run_job", "Can have a job run now")]},
        ),
        migrations.AddField(
            model_name="job",
            name="due_since",
            field=models.DateTimeField(
                db_default=Now(), help_text="since when it was to be done, and was not"
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="due_at",
            field=models.DateTimeField(help_text="when the worker runs it next"),
        ),
        migrations.RunPython(due_since_it_is_due, migrations.RunPython.noop),
    ]
