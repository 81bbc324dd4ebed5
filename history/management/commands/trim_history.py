"""Drops what the log need not keep."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from animecollections.api.ids import first_id_at
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
        until = timezone.now() - timedelta(days=options["days"])
        # By key, which time orders: `at` has no index.
        old = Change.objects.filter(pk__lt=first_id_at(until)).order_by("pk")
        if options["dry_run"]:
            self.stdout.write(f"{old.count()} changes would go.")
            return
        dropped = 0
        # In batches of their own transactions: a long one would hold SQLite's writers.
        # Each begins where the last one ended, not at the rows that are dead by now.
        rest = old
        while ids := list(rest.values_list("pk", flat=True)[:BATCH]):
            dropped += Change.objects.filter(pk__in=ids).delete()[0]
            rest = old.filter(pk__gt=ids[-1])
        answers = trim_answers(BATCH)
        self.stdout.write(f"{dropped} changes and {answers} kept answers dropped.")
