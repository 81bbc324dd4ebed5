from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on 0029: what others add as 0030 and 0031 changes nothing of it."""

    dependencies = [("collections_app", "0029_series_links")]
    operations = [
        migrations.AddField(
            model_name="watchlistentry",
            name="custom_title",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="what its user calls it",
                max_length=200,
            ),
        ),
    ]
