"""Columns of the diary. No row is written: what each lacks has a default, by which the
release before this one goes on adding rows.
"""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0010_kept_answers_without_age'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='change',
            name='days',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='episodeswatched',
            name='period',
            field=models.CharField(blank=True, db_default='', default='', max_length=7),
        ),
        migrations.AddField(
            model_name='episodeswatched',
            name='revision',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='episodeswatched',
            name='through',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='episodeswatched',
            name='viewing',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='which time through'),
        ),
        migrations.AlterField(
            model_name='change',
            name='kind',
            field=models.CharField(choices=[('add', 'Add'), ('update', 'Update'), ('remove', 'Remove'), ('searches', 'Searches'), ('profile', 'Profile'), ('preferences', 'Preferences'), ('watched', 'Watched')], max_length=12),
        ),
        migrations.AlterField(
            model_name='episodeswatched',
            name='day',
            field=models.DateField(blank=True, help_text='empty if not known', null=True),
        ),
    ]
