"""Columns of the diary. No row is written: what each lacks has a default, by which the
release before this one goes on adding rows.
"""

from typing import ClassVar

from django.conf import settings
from django.db import migrations, models


class AddPositive(migrations.AddField):
    """On PostgreSQL without a reading of the whole table for its check, which would
    hold up all others: 0012 validates it while they go on.
    """

    types: ClassVar = {"revision": "bigint", "viewing": "integer"}

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        default, name = self.field.default, self.name
        table = "history_episodeswatched"
        schema_editor.execute(
            f"ALTER TABLE {table} ADD COLUMN {name} {self.types[name]} "
            f"DEFAULT {default} NOT NULL"
        )
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check "
            f"CHECK ({name} >= 0) NOT VALID"
        )


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
        AddPositive(
            model_name='episodeswatched',
            name='revision',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='episodeswatched',
            name='through',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        AddPositive(
            model_name='episodeswatched',
            name='viewing',
            field=models.PositiveIntegerField(db_default=1, default=1, help_text='which time through'),
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
