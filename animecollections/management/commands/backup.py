"""manage.py backup FOLDER"""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils import timezone

from animecollections.db.spread import is_spread
from animecollections.ops import backups, checksums
from animecollections.ops.commands import interruptible, progress_bar
from animecollections.ops.sessions import SessionCommand

OF_EACH_NODE = (
    "The database is spread over machines: back up each machine by PostgreSQL's own "
    "means, after a restore point that all share (SELECT citus_create_restore_point"
    "('name')). docs/scaling.md says how. No backup was made."
)


class Command(SessionCommand):
    help = (
        "Saves database and media into a new folder in FOLDER, and verifies "
        "them. Servers keep running. A backup that is stopped leaves nothing."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="only count what would be saved"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if is_spread():
            raise CommandError(OF_EACH_NODE)
        if options["dry_run"]:
            rows = sum(checksums.counts().values())
            large = backups.is_too_large(backups.size_of_database())
            self.stdout.write(f"{rows:,} rows would be saved.{large}")
            return
        now = timezone.now()
        folder = options["folder"] / f"animecollections-{now:%Y-%m-%dT%H-%M-%SZ}"
        partial = folder.with_suffix(".partial")
        try:
            partial.mkdir(parents=True, mode=0o700)  # all passwords' hashes are in it
        except OSError as error:
            raise CommandError(
                f"{partial} cannot be created: {error.strerror}."
            ) from None
        try:
            about = self.make(partial, options["verbosity"])
            partial.rename(folder)
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"{error} No backup was made.") from None
        except DatabaseError as error:  # mostly that migrations are to go
            raise CommandError(
                f"The database said: {error}. No backup was made."
            ) from None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        rows = sum(about["counts"].values())
        left_out = (
            ""
            if backups.is_on_disk()
            else " Media are in a separate storage, and not in the backup."
        )
        self.stdout.write(
            f"{about['users']:,} users and {rows:,} rows saved and verified: {folder}."
            f"{left_out}{backups.is_too_large(about['bytes'])}"
        )

    def make(self, folder: Path, verbosity: int) -> dict[str, Any]:
        rows = backups.rows_to_read()
        with (
            interruptible("No backup was made."),
            progress_bar(verbosity, total=rows, unit=" rows", unit_scale=True) as bar,
        ):
            return backups.make(folder, bar.update)
