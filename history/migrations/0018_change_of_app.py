"""What one app did, read back from the newest: without an index all of a log."""

from django.db import migrations, models

from animecollections.db.indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("history", "0017_lists_part")]
    operations = [
        AddIndexOnline(
            "change",
            models.Index(
                fields=["user", "token_id", "revision"],
                condition=models.Q(token_id__isnull=False),
                name="change_of_app",
            ),
        )
    ]
