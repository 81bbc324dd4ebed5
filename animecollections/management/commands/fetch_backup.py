"""manage.py fetch_backup FOLDER [NAME]"""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import TypedDict, Unpack

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from animecollections.ops import backups
from animecollections.ops.backup_copies import Bucket
from animecollections.ops.commands import interruptible


class Options(TypedDict):
    folder: Path
    name: str
    list: bool


class Command(BaseCommand):
    help = (
        "Fetches a copy of a backup from BACKUP_S3_URL into a new folder in "
        "FOLDER, and verifies it; then `restore` takes it. Without NAME the newest."
    )
    requires_system_checks: list[str] = []  # the database may be in any state

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("name", nargs="?", default="")
        parser.add_argument(
            "--list", action="store_true", help="only name the copies there are"
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        if not settings.BACKUP_S3_URL:
            raise CommandError("Set BACKUP_S3_URL to where the copies are.")
        try:
            bucket = Bucket(settings.BACKUP_S3_URL)
            names = bucket.names()
            if options["list"]:
                self.stdout.write("\n".join(names) or "There are none.")
                return
            name = options["name"] or (names[-1] if names else "")
            if name not in names:
                raise CommandError(f"There is no copy {name or 'at all'}.")
            folder = options["folder"] / name
            self.fetch(bucket, name, folder)
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"{error} Nothing was fetched.") from None
        self.stdout.write(f"Fetched and verified: {folder}.")

    def fetch(self, bucket: Bucket, name: str, folder: Path) -> None:
        partial = folder.with_suffix(".partial")
        partial.mkdir(parents=True, mode=0o700)
        try:
            with interruptible("Nothing was fetched."):
                bucket.fetch(name, partial)
                backups.check_files(partial)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
