"""manage.py rehearse_restore FOLDER"""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import TypedDict, Unpack

from django.core.management import CommandError
from django.db import DatabaseError

from animecollections.management.commands.restore import MOST_TOLD, differences
from animecollections.ops import backups, rehearsal
from animecollections.ops.commands import interruptible
from animecollections.ops.sessions import SessionCommand

NOTHING = "Nothing of yours was changed."


class Options(TypedDict):
    folder: Path
    verbosity: int


class Command(SessionCommand):
    help = (
        "Restores a backup beside what is live: into a database of its own, which "
        "is dropped afterwards. Compares counts and every user's checksum, "
        "unpacks the pictures, applies this release's migrations. Servers keep "
        "running. PostgreSQL needs room for a second copy."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder",
            type=Path,
            help="the folder that `backup` printed; or the one with all of them, for "
            "the newest",
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        folder = newest_in(options["folder"])
        try:
            about = backups.read_manifest(folder)
            with interruptible(NOTHING), rehearsal.beside_the_live_one() as name:
                self.stdout.write(f"Restoring {folder} into {name} …")
                backups.put_back_rows(folder, about)
                wrong = differences(self, folder, about, options["verbosity"])
                pictures = unpacked(folder)
                migrated = rehearsal.migrate()
        except backups.BackupError as error:
            raise CommandError(f"{error} {NOTHING}") from None
        except DatabaseError as error:
            raise CommandError(f"The database said: {error}. {NOTHING}") from None
        for says in wrong[:MOST_TOLD]:
            self.stderr.write(f"{says[0].upper()}{says[1:]}.")
        if wrong:
            raise CommandError(f"It can be restored, but {len(wrong):,} things differ.")
        self.stdout.write(
            f"It can be restored: {about['users']:,} users, "
            f"{sum(about['counts'].values()):,} rows and {pictures:,} pictures are as "
            f"they were; {migrated} migrations followed. {NOTHING}"
        )


def newest_in(folder: Path) -> Path:
    if (folder / backups.MANIFEST).exists():
        return folder
    made = sorted(folder.glob(f"animecollections-*/{backups.MANIFEST}"))
    return made[-1].parent if made else folder


def unpacked(folder: Path) -> int:
    """How many pictures come out of it, into a folder that is gone then."""
    with tempfile.TemporaryDirectory() as target:
        backups.unpack_media(folder, Path(target))
        return sum(path.is_file() for path in Path(target).rglob("*"))
