"""Whose lists have a title: a merge read all entries to know."""

from django.db import migrations, models

from animecollections.db.indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("collections_app", "0016_unmatched_rows")]
    operations = [
        AddIndexOnline("watchlistentry", models.Index(fields=["anime"], name="entry_anime"))
    ]
