"""Drops what the log need not keep."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from history.models import Change
from history.services.answers import trim_answers

BATCH = 5_000


class Command(BaseCommand):
    help = (
        "Drops changes older than CHANGE_LOG_DAYS, and answers kept for retries older "
        "than 30 days. Devices that were away longer load everything again; episodes "
        "watched are kept for good."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, default=settings.CHANGE_LOG_DAYS, help="keep so many"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="count, and drop nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 2:
            raise CommandError(
                "Keep at least 2 days: a removal is restored within one."
            )
        old = Change.objects.filter(
            at__lt=timezone.now() - timedelta(days=options["days"])
        )
        if options["dry_run"]:
            self.stdout.write(f"{old.count()} changes would go.")
            return
        dropped = 0
        # In batches of their own transactions: a long one would hold SQLite's writers.
        while ids := list(old.order_by().values_list("pk", flat=True)[:BATCH]):
            dropped += Change.objects.filter(pk__in=ids).delete()[0]
        answers = trim_answers()
        self.stdout.write(f"{dropped} changes and {answers} kept answers dropped.")
