"""Ends every device's cursor after a database came back from a backup."""

from django.core.management.base import BaseCommand

from history.services.recording import end_all_cursors


class Command(BaseCommand):
    help = (
        "Run once after restoring the database from a backup. Devices may have seen "
        "changes that the backup does not have; their cursors then get 410, and they "
        "load everything again instead of missing what comes next."
    )

    def handle(self, *args: object, **options: object) -> None:
        number = end_all_cursors()
        self.stdout.write(f"The devices of {number} users will load everything again.")
