"""Which changes followers may be told of: none of those before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0018_change_of_app")]
    operations = [
        migrations.AddField(
            "change", "is_quiet", models.BooleanField(default=False, db_default=False)
        ),
        migrations.AddField(
            "change", "is_told", models.BooleanField(default=False, db_default=False)
        ),
    ]
