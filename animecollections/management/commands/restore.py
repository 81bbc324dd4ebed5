"""manage.py restore FOLDER"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

from animecollections.probes import migrations_of_this_release
from animecollections.upkeep import backups, checksums
from animecollections.upkeep.commands import interruptible, progress_bar
from animecollections.upkeep.sessions import SessionCommand
from history.services.recording import end_all_cursors

MOST_TOLD = 20
AGAIN = "The database is as it was, or as the backup has it; run this again."


class Command(SessionCommand):
    help = (
        "Puts a backup back in place of everything that is in the database, compares "
        "counts and checksums of every user, and ends all devices' cursors: they load "
        "everything again instead of missing what comes next. Stop the servers first."
    )
    requires_system_checks: list[str] = []  # the database may be in any state

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="as `backup` told it")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--dry-run", action="store_true", help="look whether it is whole, and stop"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"]
        try:
            about = backups.read_manifest(folder)
            if options["dry_run"]:
                self.stdout.write(f"{self.of(about)} is whole and would be put back.")
                return
            if not options["yes"] and not self.is_sure(about):
                raise CommandError("Nothing was changed.")
            with interruptible(AGAIN):
                backups.put_back_rows(folder, about)
                devices_of = end_all_cursors()  # at once: what follows takes its time
                backups.put_back_media(folder)
                wrong = self.differences(folder, about, options["verbosity"])
                call_command("migrate", verbosity=0, interactive=False)
        except backups.BackupError as error:
            raise CommandError(str(error)) from None
        for says in wrong[:MOST_TOLD]:
            self.stderr.write(f"{says[0].upper()}{says[1:]}.")
        if wrong:
            raise CommandError(f"Put back, but {len(wrong):,} things differ.")
        self.stdout.write(
            f"{self.of(about)} is put back, each user's rows as they were; the devices "
            f"of {devices_of:,} users will load everything again."
        )

    def of(self, about: dict[str, Any]) -> str:
        return f"The backup of {about['made_at'][:16]} ({about['users']:,} users)"

    def is_sure(self, about: dict[str, Any]) -> bool:
        try:
            answer = input(f"{self.of(about)} replaces everything. Type yes: ")
        except (EOFError, KeyboardInterrupt):
            return False
        return answer.strip() == "yes"

    def differences(
        self, folder: Path, about: dict[str, Any], verbosity: int
    ) -> list[str]:
        """Before migrations change anything; one of an older release has columns that
        this one cannot read, and is taken as its hashes vouch for it.
        """
        if about["migrations"] != backups.migrations():
            return ["the database holds other migrations than the backup"]
        if not is_of_this_release(about["migrations"]):
            self.stdout.write("It is of another release: its rows were not compared.")
            return []
        if about.get("checksums", "blake2b") != checksums.method():
            self.stdout.write("An older release made it: its rows were not compared.")
            return []
        rows = checksums.rows_owned(about["counts"])
        with progress_bar(verbosity, total=rows, unit=" rows", unit_scale=True) as bar:
            return backups.compare(folder, about, bar.update)


def is_of_this_release(applied: list[str]) -> bool:
    return {".".join(key) for key in migrations_of_this_release()} == set(applied)
