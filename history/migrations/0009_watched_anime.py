"""Who watched some of a title: a merge read all of the table to know."""

from django.db import migrations, models

from animecollections.db.indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("history", "0008_search_in_vain")]
    operations = [
        AddIndexOnline(
            "episodeswatched", models.Index(fields=["anime_id"], name="watched_anime")
        )
    ]
