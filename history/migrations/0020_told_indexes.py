"""By person, and by title: what followers may be told of. Online, so by itself: ended
in the middle it begins again.
"""

from django.db import migrations, models

from animecollections.db.indexes import AddIndexOnline

TOLD = models.Q(is_told=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("history", "0019_told")]
    operations = [
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
