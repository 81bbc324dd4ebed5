"""manage.py doctor"""

import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.core.management.base import CommandError
from django.utils import timezone

import collections_app.doctor
import history.doctor
import profiles.doctor
from animecollections.api.errors import ApiError
from animecollections.db.ids import first_id_at
from animecollections.db.replica import from_replica
from animecollections.ops.commands import interruptible, progress_bar
from animecollections.ops.findings import Check, Finding, Look
from animecollections.ops.sessions import SessionCommand
from history.models import Change
from profiles.models import Figure, User

CHECKS = (
    *history.doctor.CHECKS,
    *collections_app.doctor.CHECKS,
    *profiles.doctor.CHECKS,
)
MOST_TOLD = 20  # of one check
PEOPLE_AT_ONCE = 500
PLACE = "doctor"  # the row of Figure that says how far the last one came


class Options(TypedDict):
    only: list[str]
    fix: bool
    dry_run: bool
    minutes: int | None
    resume: bool
    days: int | None
    verbosity: int


class Command(SessionCommand):
    help = (
        "Checks the data, and repairs it with --fix. Lists are repaired through "
        "the one write path, so that devices get the change and it can be "
        "undone. The exit status is 1 if something is still wrong. People are "
        "looked at some hundred at a time; stopped, it can go on where it was."
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
        parser.add_argument(
            "--minutes", type=int, help="stop after so many minutes, and note where"
        )
        whom = parser.add_mutually_exclusive_group()
        whom.add_argument(
            "--resume",
            action="store_true",
            help="go on with the people after whom the last one stopped; where it came "
            "to its end, begin anew",
        )
        whom.add_argument(
            "--days",
            type=int,
            help="only the people who changed something in the last so many days",
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        self.mends = options["fix"] and not options["dry_run"]
        self.tells_remedy = options["fix"]
        self.wrong = self.odd = self.mended = 0
        self.told: Counter[str] = Counter()
        checks = [check for check in CHECKS if check.name in options["only"]]
        place = Place(checks)
        after = place.stored() if options["resume"] else None
        # What is nobody's was looked at before the people, or is not asked for.
        whole = [] if after or options["days"] else [c for c in checks if c.find]
        ends = time.monotonic() + 60 * (options["minutes"] or 10**6)
        with (
            interruptible("Repairs made so far remain; --resume goes on from here."),
            progress_bar(options["verbosity"], unit=" steps") as self.bar,
        ):
            looks = [(check, check.look()) for check in checks if check.look]
            for position, check in enumerate(whole, 1):
                self.bar.reset(total=check.steps() if check.steps else None)
                self.bar.set_description(f"{position}/{len(whole)} {check.name}")
                self.hear_all(check, check.find() if check.find else ())
            self.bar.reset(total=-(-User.objects.count() // PEOPLE_AT_ONCE))
            self.bar.set_description("people")
            if options["days"]:
                is_through = self.walk(looks, recent_writers(options["days"]), ends)
            else:
                is_through = self.walk(looks, everybody(after), ends, place)
            for check, look in looks:
                self.hear_all(check, look.at_end())
        self.end(len(checks), is_through)

    def walk(
        self,
        looks: list[tuple[Check, Look]],
        people: Iterable[list[UUID]],
        ends: float,
        place: "Place | None" = None,
    ) -> bool:
        """So many people at once; whether it came to its end in time."""
        for some in people if looks else ():
            if time.monotonic() > ends:
                return False
            for check, look in looks:
                # Looked at there, looked at again and repaired here.
                self.hear_all(check, from_replica(partial(all_of, look, some)))
            if place:
                place.note(some[-1])
            self.bar.update()
        if place:
            place.forget()
        return True

    def end(self, checks: int, is_through: bool) -> None:
        for name, number in self.told.items():
            if number > MOST_TOLD:
                self.stdout.write(f"{name}: … and {number - MOST_TOLD:,} more.")
        sentence = (
            f"{checks} checks: {self.wrong} wrong, {self.odd} odd"
            f"{f', {self.mended} repaired' if self.mends else ''}."
        )
        if not is_through:
            sentence += " The time is over: --resume goes on with the other people."
        if self.wrong > self.mended:
            raise CommandError(sentence)
        self.stdout.write(sentence)

    def hear_all(self, check: Check, findings: Iterable[Finding | None]) -> None:
        for finding in findings:
            self.hear(check, finding)

    def hear(self, check: Check, finding: Finding | None) -> None:
        if finding is None:
            self.bar.update()
            return
        self.told[check.name] += 1
        says = self.take(finding)
        if self.told[check.name] <= MOST_TOLD:
            self.stdout.write(f"{check.name}: {says}")

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


def all_of(look: Look, some: list[UUID]) -> list[Finding]:
    return list(look.of(some))


class Place:
    """After whom the last one stopped, of those that had the same checks."""

    def __init__(self, checks: list[Check]) -> None:
        self.checks = [check.name for check in checks]
        self.rows = Figure.objects.filter(name=PLACE)

    def stored(self) -> UUID | None:
        kept: Any = self.rows.values_list("value", flat=True).first()
        is_same = kept is not None and kept["checks"] == self.checks
        return UUID(kept["after"]) if is_same else None

    def note(self, after: UUID) -> None:
        now = timezone.now()
        value = {"checks": self.checks, "after": str(after)}
        noted = {"day": now.date(), "value": value, "computed_at": now}
        if not self.rows.update(**noted):
            Figure.objects.create(name=PLACE, **noted)

    def forget(self) -> None:
        self.rows.delete()


def everybody(after: UUID | None) -> Iterator[list[UUID]]:
    """In the order of their ids; no statement is left open between two slices."""
    rest = User.objects.order_by("pk").values_list("pk", flat=True)
    while some := list((rest.filter(pk__gt=after) if after else rest)[:PEOPLE_AT_ONCE]):
        yield some
        after = some[-1]


def recent_writers(days: int) -> Iterator[list[UUID]]:
    """By the log's key, which time orders: a range of it, however long the log is."""
    since = first_id_at(timezone.now() - timedelta(days=days))
    changes = Change.objects.across_users().filter(pk__gte=since).order_by()
    # Not DISTINCT: SQLite would walk the whole index that begins with the owner.
    people = sorted(set(changes.values_list("user_id", flat=True).iterator()))
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        yield people[start : start + PEOPLE_AT_ONCE]
