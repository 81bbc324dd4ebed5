from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("collections_app", "0030_recommendations")]
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
