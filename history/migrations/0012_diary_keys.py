"""The key of rows without a day, and what a row may be; built while others write.

No row has no day yet, but to see that takes PostgreSQL a reading of the whole table.
"""

from django.db import migrations, models
from django.db.models import Q

TABLE = "history_episodeswatched"
KEY = models.UniqueConstraint(
    fields=["user", "period", "anime_id"],
    condition=Q(day=None),
    name="watched_user_period_anime_unique",
)
CHECK = models.CheckConstraint(
    condition=Q(day=None) | Q(period=""), name="watched_day_or_period"
)


class AddWhileOthersWrite(migrations.AddConstraint):
    """On PostgreSQL by other statements, which hold up no write. Interrupted, they can
    be run again.
    """

    on_postgresql: tuple[str, ...]

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        for statement in self.on_postgresql:
            schema_editor.execute(statement)


class AddKey(AddWhileOthersWrite):
    on_postgresql = (
        f"DROP INDEX CONCURRENTLY IF EXISTS {KEY.name}",
        f"CREATE UNIQUE INDEX CONCURRENTLY {KEY.name} ON {TABLE} "
        "(user_id, period, anime_id) WHERE day IS NULL",
    )


class AddCheck(AddWhileOthersWrite):
    on_postgresql = (
        f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {CHECK.name}",
        f"ALTER TABLE {TABLE} ADD CONSTRAINT {CHECK.name} "
        "CHECK (day IS NULL OR period = '') NOT VALID",
        f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {CHECK.name}",
    )


def validate_columns(apps, schema_editor):
    """The checks of the columns that 0011 adds."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for name in ("revision", "viewing"):
        schema_editor.execute(
            f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {TABLE}_{name}_check"
        )


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY
    dependencies = [("history", "0011_diary")]
    operations = [
        AddKey("episodeswatched", KEY),
        AddCheck("episodeswatched", CHECK),
        migrations.RunPython(validate_columns, migrations.RunPython.noop),
    ]
