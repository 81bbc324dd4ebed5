"""Ends every device's cursor after a database came back from a backup."""

from typing import TypedDict, Unpack

from django.core.management.base import BaseCommand

from animecollections.ops.commands import interruptible, progress_bar
from history.log.models import UserState
from history.log.recording import end_all_cursors


class Options(TypedDict):
    verbosity: int


class Command(BaseCommand):
    help = (
        "Run this once after restoring the database by other means than "
        "`restore`. Devices may have changes that the backup does not have: "
        "their cursors get 410, so that they load everything again and miss no "
        "later change."
    )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        users = UserState.objects.count()
        with (
            interruptible("Not all cursors have ended: run this again."),
            progress_bar(options["verbosity"], total=users, unit=" users") as bar,
        ):
            number = end_all_cursors(bar.update)
        self.stdout.write(f"The devices of {number} users will load everything again.")
