"""manage.py migrate: Django's, and then the groups of staff as the code has them."""

from contextlib import suppress
from pathlib import Path

from django.core.management.commands.migrate import Command as Migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from animecollections.ops.sessions import DirectCommand
from profiles.staff.groups import make_groups


class Command(DirectCommand, Migrate):
    def handle(self, *args: object, **options: object) -> None:
        make_private()
        super().handle(*args, **options)
        looks_only = options.get("plan") or options.get("check_unapplied")
        if not looks_only and is_complete():
            make_groups()


def make_private() -> None:
    """A new database of SQLite is its owner's alone: passwords' hashes are in it."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not name.startswith((":", "file:")):
        with suppress(OSError):  # Django says better what is wrong with the place
            Path(name).touch(mode=0o600)


def is_complete() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
