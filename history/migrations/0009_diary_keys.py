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
# Interrupted, it can be run again.
ON_POSTGRESQL = (
    f"DROP INDEX CONCURRENTLY IF EXISTS {KEY.name}",
    f"CREATE UNIQUE INDEX CONCURRENTLY {KEY.name} ON {TABLE} "
    "(user_id, period, anime_id) WHERE day IS NULL",
    f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {CHECK.name}",
    f"ALTER TABLE {TABLE} ADD CONSTRAINT {CHECK.name} "
    "CHECK (day IS NULL OR period = '') NOT VALID",
    f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {CHECK.name}",
)


def build(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in ON_POSTGRESQL:
            schema_editor.execute(statement)
        return
    model = apps.get_model("history", "EpisodesWatched")
    for constraint in (CHECK, KEY):  # a check makes the table anew, of this model
        schema_editor.add_constraint(model, constraint)


def drop(apps, schema_editor):
    model = apps.get_model("history", "EpisodesWatched")
    for constraint in (KEY, CHECK):
        schema_editor.remove_constraint(model, constraint)


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY
    dependencies = [("history", "0008_diary")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(build, drop)],
            state_operations=[
                migrations.AddConstraint("episodeswatched", KEY),
                migrations.AddConstraint("episodeswatched", CHECK),
            ],
        )
    ]
