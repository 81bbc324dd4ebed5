"""manage.py restore FOLDER"""

from argparse import ArgumentParser
from pathlib import Path
from typing import TypedDict, Unpack

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from animecollections.db.spread import is_spread
from animecollections.ops import backups, checksums
from animecollections.ops.commands import interruptible, progress_bar
from animecollections.ops.sessions import SessionCommand
from animecollections.probes import migrations_of_this_release
from history.log.recording import end_all_cursors

MOST_TOLD = 20
OF_EACH_NODE = (
    "The database is spread over machines, and this puts back one: restore each of "
    "them to the restore point that all share. docs/scaling.md says how. Nothing was "
    "changed."
)
AGAIN = "The database is unchanged, or fully restored; run this again."


class Options(TypedDict):
    folder: Path
    yes: bool
    dry_run: bool
    verbosity: int


class Command(SessionCommand):
    help = (
        "Replaces everything in the database by a backup, compares counts and "
        "every user's checksum, and ends all devices' cursors: devices then "
        "load everything again, and miss no later change. Stop the servers "
        "first."
    )
    requires_system_checks: list[str] = []  # the database may be in any state

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="the folder that `backup` printed"
        )
        parser.add_argument(
            "--yes", action="store_true", help="do not ask for confirmation"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="verify the backup, and restore nothing",
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        if is_spread():
            raise CommandError(OF_EACH_NODE)
        folder = options["folder"]
        try:
            about = backups.read_manifest(folder)
            if options["dry_run"]:
                self.stdout.write(
                    f"{self.of(about)} is complete and would be restored."
                    f"{backups.is_too_large(about.get('bytes', 0))}"
                )
                return
            if not options["yes"] and not self.is_sure(about):
                raise CommandError("Nothing was changed.")
            with interruptible(AGAIN):
                backups.put_back_rows(folder, about)
                devices_of = end_all_cursors()  # at once: what follows takes its time
                backups.put_back_media(folder)
                wrong = differences(self, folder, about, options["verbosity"])
                call_command("migrate", verbosity=0, interactive=False)
        except backups.BackupError as error:
            raise CommandError(str(error)) from None
        for says in wrong[:MOST_TOLD]:
            self.stderr.write(f"{says[0].upper()}{says[1:]}.")
        if wrong:
            raise CommandError(f"Restored, but {len(wrong):,} things differ.")
        self.stdout.write(
            f"{self.of(about)} is restored and verified for each user; the "
            f"devices of {devices_of:,} users will load everything again."
        )

    def of(self, about: backups.Manifest) -> str:
        return f"The backup of {about['made_at'][:16]} ({about['users']:,} users)"

    def is_sure(self, about: backups.Manifest) -> bool:
        try:
            large = backups.is_too_large(about.get("bytes", 0))
            answer = input(f"{self.of(about)} replaces everything.{large} Type yes: ")
        except (EOFError, KeyboardInterrupt):
            return False
        return answer.strip() == "yes"


def differences(
    command: BaseCommand, folder: Path, about: backups.Manifest, verbosity: int
) -> list[str]:
    """Before migrations change anything; one of an older release has columns that this
    one cannot read, and is taken as its hashes vouch for it.
    """
    if about["migrations"] != backups.migrations():
        return ["the database has other migrations than the backup"]
    if not is_of_this_release(about["migrations"]):
        command.stdout.write("It is from another release: its rows were not compared.")
        return []
    if about.get("checksums", "blake2b") != checksums.method():
        command.stdout.write("It is from an older release: its rows were not compared.")
        return []
    rows = checksums.rows_owned(about["counts"])
    with progress_bar(verbosity, total=rows, unit=" rows", unit_scale=True) as bar:
        return backups.compare(folder, about, bar.update)


def is_of_this_release(applied: list[str]) -> bool:
    return {".".join(key) for key in migrations_of_this_release()} == set(applied)
