"""manage.py backup FOLDER"""

import shutil
from argparse import ArgumentParser
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import sleep
from typing import TypedDict, Unpack

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils import timezone

from animecollections.db.spread import is_spread
from animecollections.ops import backups, checksums
from animecollections.ops.backup_copies import Bucket
from animecollections.ops.commands import interruptible, progress_bar
from animecollections.ops.sessions import SessionCommand

OF_EACH_NODE = (
    "The database is spread over machines: back up each machine by PostgreSQL's own "
    "means, after a restore point that all share (SELECT citus_create_restore_point"
    "('name')). docs/scaling.md says how. No backup was made."
)


class Options(TypedDict):
    folder: Path
    keep: int | None
    daily: time | None
    dry_run: bool
    verbosity: int


class Command(SessionCommand):
    help = (
        "Saves database and media into a new folder in FOLDER, and verifies "
        "them. Servers keep running. A backup that is stopped leaves nothing."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keep",
            type=int,
            metavar="DAYS",
            help="once there is a new one, delete those in FOLDER that are older",
        )
        parser.add_argument(
            "--daily",
            type=time_of_day,
            metavar="HH:MM",
            help="stay, and make one each day at this time in UTC",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only count what would be saved"
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        if is_spread():
            raise CommandError(OF_EACH_NODE)
        if options["dry_run"]:
            rows = sum(checksums.counts().values())
            large = backups.is_too_large(backups.size_of_database())
            self.stdout.write(f"{rows:,} rows would be saved.{large}")
            return
        if options["daily"] is None:
            self.save(options)
            return
        while True:
            pause = seconds_until(options["daily"], timezone.now())
            self.stdout.write(f"The next backup is made in {pause / 3600:.1f} hours.")
            with interruptible("No backup was under way."):
                sleep(pause)
            try:
                self.save(options)
            except CommandError as error:  # tomorrow is another day
                self.stderr.write(str(error))

    def save(self, options: Options) -> None:
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
        self.copy(folder)
        if options["keep"] is not None:
            remove_older(options["folder"], now - timedelta(days=options["keep"]))

    def copy(self, folder: Path) -> None:
        if not settings.BACKUP_S3_URL:
            return
        try:
            size = Bucket(settings.BACKUP_S3_URL).copy(folder)
        except backups.BackupError as error:
            raise CommandError(f"{error} The backup has no copy elsewhere.") from None
        self.stdout.write(f"Copied: {size / 1_000_000:,.1f} MB.")

    def make(self, folder: Path, verbosity: int) -> backups.Manifest:
        rows = backups.rows_to_read()
        with (
            interruptible("No backup was made."),
            progress_bar(verbosity, total=rows, unit=" rows", unit_scale=True) as bar,
        ):
            return backups.make(folder, bar.update)


NAMED = "animecollections-%Y-%m-%dT%H-%M-%S"


def time_of_day(text: str) -> time:
    return datetime.strptime(text, "%H:%M").replace(tzinfo=UTC).time()


def seconds_until(at: time, now: datetime) -> float:
    """At least a minute: one that took seconds is not made twice."""
    due = datetime.combine(now.date(), at, tzinfo=UTC)
    while due < now + timedelta(minutes=1):
        due += timedelta(days=1)
    return (due - now).total_seconds()


def remove_older(folder: Path, than: datetime) -> None:
    """By their names, which tell when they were made; nothing else is touched."""
    for path in folder.glob("animecollections-*Z"):
        try:
            made = datetime.strptime(path.name, f"{NAMED}%z")
        except ValueError:
            continue
        if made < than:
            shutil.rmtree(path)
