"""manage.py prune"""

from argparse import ArgumentParser
from typing import TypedDict, Unpack

from django.core.management.base import BaseCommand

from animecollections.ops.commands import interruptible, progress_bar
from animecollections.retention import RULES


class Options(TypedDict):
    only: list[str]
    dry_run: bool
    verbosity: int


class Command(BaseCommand):
    help = (
        "Deletes expired data: changes older than CHANGE_LOG_DAYS (devices that "
        "were offline longer load everything again), answers stored for "
        "retries, ended sign-ins, finished tasks. The worker does this once a "
        "day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only",
            nargs="+",
            choices=[rule.name for rule in RULES],
            default=[rule.name for rule in RULES],
            metavar="RULE",
            help=f"one or more of these: {', '.join(rule.name for rule in RULES)}",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="preview: count, and delete nothing"
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        rules = [rule for rule in RULES if rule.name in options["only"]]
        if options["dry_run"]:
            counts = [f"{rule.count():,} {rule.name}" for rule in rules]
            self.stdout.write(f"{', '.join(counts)} would be deleted.")
            return
        dropped: list[str] = []
        again = "Deletions made so far remain; run this again to continue."
        with (
            interruptible(again),
            progress_bar(options["verbosity"], unit=" rows") as bar,
        ):
            for rule in rules:
                bar.set_description(rule.name)
                dropped.append(f"{rule.drop(bar.update):,} {rule.name}")
        self.stdout.write(f"{', '.join(dropped)} dropped.")
