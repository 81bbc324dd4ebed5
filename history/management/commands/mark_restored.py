"""Ends every device's cursor after a database came back from a backup."""

from django.core.management.base import BaseCommand

from history.log.recording import end_all_cursors


class Command(BaseCommand):
    help = (
        "Run this once after restoring the database by other means than "
        "`restore`. Devices may have changes that the backup does not have: "
        "their cursors get 410, so that they load everything again and miss no "
        "later change."
    )

    def handle(self, *args: object, **options: object) -> None:
        number = end_all_cursors()
        self.stdout.write(f"The devices of {number} users will load everything again.")
