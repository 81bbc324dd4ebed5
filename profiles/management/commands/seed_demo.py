"""manage.py seed_demo"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain
from typing import TypedDict, Unpack

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries
from django.utils import timezone
from tqdm import tqdm

from animecollections.ops.commands import status_of
from profiles.demo import services as demo
from profiles.demo.people import Person, Plan, nth, with_list_of

PASSWORD = "Demo-Anime-7"  # noqa: S105  (of made-up people; the command tells it)
LONGEST_LIST = 5_000


class Options(TypedDict):
    users: int
    entries: float
    days: int
    log_days: int
    lists: list[int]
    seed: int
    dry_run: bool
    verbosity: int


class Command(BaseCommand):
    help = (
        "Creates demo users with lists, histories, searches and profiles, from "
        "the loaded catalogue. The same seed gives the same data; existing "
        "accounts stay as they are. The first six have examples for staff: "
        "imports, writes with a request id, a locked sign-in. For demos and "
        "benchmarks only, never next to real people: all have the same "
        "password."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--users", type=int, default=200, help="number of users")
        parser.add_argument(
            "--entries", type=float, default=60, help="mean number of entries on a list"
        )
        parser.add_argument(
            "--days", type=int, default=365, help="days since the first user signed up"
        )
        parser.add_argument(
            "--log-days",
            type=int,
            default=settings.CHANGE_LOG_DAYS,
            help="days that the log of changes covers; 0 for lists only",
        )
        parser.add_argument(
            "--lists",
            type=int,
            nargs="+",
            default=[],
            metavar="N",
            help="also a user whose list has exactly N entries (list<N>@…)",
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="preview: count the users, write nothing",
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        check(options)
        lists = [with_list_of(number) for number in options["lists"]]
        people = chain(lists, map(nth, range(1, options["users"] + 1)))
        self.people = self.entries = self.changes = 0
        trouble, status = "", 1
        try:
            if options["dry_run"]:
                self.people = sum(1 for _ in demo.missing(people))
            else:
                self.add(plan_of(options), people, options)
        except demo.NotOursError as error:
            trouble = f"{error} belongs to an account that is not a demo account."
        except KeyboardInterrupt as interrupt:
            trouble = "Interrupted; run this again to continue."
            status = status_of(interrupt)
        self.stdout.write(self.sentence(options))
        if trouble:
            raise CommandError(trouble, returncode=status)

    def add(self, plan: Plan, people: Iterable[Person], options: Options) -> None:
        if len(plan.shelf.titles) < max(options["lists"], default=1):
            raise CommandError(
                f"The catalogue has {len(plan.shelf.titles):,} titles, too few for "
                "such a list: run import_catalog first."
            )
        bar = tqdm(
            total=options["users"] + len(options["lists"]),
            unit=" people",
            disable=options["verbosity"] == 0,
            mininterval=0.2 if sys.stderr.isatty() else 10,
            file=sys.stderr,
        )
        with bar:
            for story in demo.add(plan, demo.missing(people)):
                self.people += 1
                self.entries += len(story.entries)
                self.changes += len(story.changes)
                bar.update()
                if settings.DEBUG:  # then Django keeps all statements
                    reset_queries()
        if self.people:
            demo.refresh_statistics()

    def sentence(self, options: Options) -> str:
        there = options["users"] + len(options["lists"]) - self.people
        if options["dry_run"]:
            return f"{self.people:,} users would be created; {there:,} exist already."
        first = Person(f"list{options['lists'][0]}") if options["lists"] else nth(1)
        return (
            f"{self.people:,} users were created, with {self.entries:,} entries and "
            f"{self.changes:,} changes in the log. All sign in with {PASSWORD}, for "
            f"example as {first.email}."
        )


def check(options: Options) -> None:
    is_in_range = {
        "users": options["users"] >= 0,
        "entries": options["entries"] >= 1,
        "days": options["days"] >= 1,
        "log-days": options["log_days"] >= 0,
        "lists": all(1 <= number <= LONGEST_LIST for number in options["lists"]),
    }
    for name, is_right in is_in_range.items():
        if not is_right:
            raise CommandError(f"--{name} is out of range.")


def plan_of(options: Options) -> Plan:
    # By the hour, so that two runs in a row tell the same.
    until = timezone.now().replace(minute=0, second=0, microsecond=0)
    return Plan(
        shelf=demo.shelf(),
        seed=options["seed"],
        entries=options["entries"],
        until=until,
        days=options["days"],
        log_since=until - timedelta(days=options["log_days"]),
        password=make_password(PASSWORD),
    )
