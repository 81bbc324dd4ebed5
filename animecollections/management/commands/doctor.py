"""manage.py doctor"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import collections_app.doctor
import history.doctor
import profiles.doctor
from animecollections.api.errors import ApiError
from animecollections.ops.commands import interruptible, progress_bar
from animecollections.ops.findings import Check, Finding
from animecollections.ops.sessions import SessionCommand

CHECKS = (
    *history.doctor.CHECKS,
    *collections_app.doctor.CHECKS,
    *profiles.doctor.CHECKS,
)
MOST_TOLD = 20  # of one check


class Command(SessionCommand):
    help = (
        "Checks the data, and repairs it with --fix. Lists are repaired through "
        "the one write path, so that devices get the change and it can be "
        "undone. The exit status is 1 if something is still wrong."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = [check.name for check in CHECKS]
        about = "; ".join(f"{check.name}: {check.about}" for check in CHECKS)
        parser.add_argument(
            "--only",
            nargs="+",
            choices=names,
            default=names,
            metavar="CHECK",
            help=f"one or more of these. {about}",
        )
        parser.add_argument(
            "--fix", action="store_true", help="repair what has one right answer"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="with --fix: preview, and repair nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.mends = options["fix"] and not options["dry_run"]
        self.tells_remedy = options["fix"]
        self.wrong = self.odd = self.mended = 0
        checks = [check for check in CHECKS if check.name in options["only"]]
        with (
            interruptible("Repairs made so far remain; run this again."),
            progress_bar(options["verbosity"], unit=" steps") as self.bar,
        ):
            for position, check in enumerate(checks, 1):
                self.bar.reset(total=check.steps() if check.steps else None)
                self.bar.set_description(f"{position}/{len(checks)} {check.name}")
                self.look(check)
        sentence = (
            f"{len(checks)} checks: {self.wrong} wrong, {self.odd} odd"
            f"{f', {self.mended} repaired' if self.mends else ''}."
        )
        if self.wrong > self.mended:
            raise CommandError(sentence)
        self.stdout.write(sentence)

    def look(self, check: Check) -> None:
        number = 0
        for finding in check.find():
            if finding is None:
                self.bar.update()
                continue
            number += 1
            says = self.take(finding)
            if number <= MOST_TOLD:
                self.stdout.write(f"{check.name}: {says}")
        if number > MOST_TOLD:
            self.stdout.write(f"{check.name}: … and {number - MOST_TOLD:,} more.")

    def take(self, finding: Finding) -> str:
        """Counts it, mends it if it shall be; what is told of it."""
        self.odd += finding.is_odd
        self.wrong += not finding.is_odd
        if not (self.tells_remedy and finding.fix):
            return f"{finding.says}."
        if not self.mends:
            return f"{finding.says}. --fix {finding.remedy}."
        try:
            finding.fix()
        except ApiError as error:  # gone meanwhile, for instance
            return f"{finding.says}. Not repaired: {error.sentence}"
        self.mended += not finding.is_odd
        return f"{finding.says}. Repaired: {finding.remedy}."
