"""Which changes followers may be told of: none of those before."""

from django.db import migrations, models

from animecollections.db.indexes import AddIndexOnline

TOLD = models.Q(is_told=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("history", "0018_change_of_app")]
    operations = [
        migrations.AddField(
            "change", "is_quiet", models.BooleanField(default=False, db_default=False)
        ),
        migrations.AddField(
            "change", "is_told", models.BooleanField(default=False, db_default=False)
        ),
        AddIndexOnline(
            "change",
            models.Index(fields=["user", "id"], condition=TOLD, name="change_told"),
        ),
        AddIndexOnline(
            "change",
            models.Index(
                fields=["user", "anime_id", "at"],
                condition=TOLD,
                name="change_told_of_title",
            ),
        ),
    ]
