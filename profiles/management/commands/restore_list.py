"""Puts one user's list back to a moment."""

from argparse import ArgumentParser
from typing import TypedDict, Unpack

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from animecollections.identity import Origin
from collections_app.management.arguments import (
    add_reason,
    add_user,
    find_user,
    read_time,
    reason_of,
)
from collections_app.watch_list import undo as operations
from profiles.accounts.models import User
from profiles.staff import services as support


class Options(TypedDict):
    user: str
    at: str
    dry_run: bool
    reason: str


class Command(BaseCommand):
    help = (
        "Puts one user's list back to a moment, as one operation, which the "
        "user can undo like any other. Later changes stay in the log. It needs "
        "a reason, is recorded in the log of staff, and the person gets a mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_user(parser)
        parser.add_argument(
            "--at", required=True, help="the moment, such as 2026-11-23T09:30 (UTC)"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="preview what would change, do nothing",
        )
        add_reason(parser)

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        user_id, at = find_user(options["user"]), read_time(options["at"])
        through = Origin("command")
        try:
            if options["dry_run"]:
                restored = operations.restore(
                    user_id=user_id,
                    at=at,
                    today=timezone.now().date(),
                    through=through,
                    dry_run=True,
                )
            else:
                restored = support.restore(
                    user=User.objects.get(pk=user_id),
                    at=at,
                    reason=reason_of(options),
                    through=through,
                )
        except operations.PrunedError as error:
            raise CommandError(str(error)) from None
        self.tell(restored, dry_run=options["dry_run"])

    def tell(self, restored: operations.Undone, *, dry_run: bool) -> None:
        for entry in restored.entries:
            self.stdout.write(f"  {entry['title']}: {entry['type']}")
        for anime_id in restored.removed:
            self.stdout.write(f"  anime {anime_id}: not on the list")
        number = len(restored.entries) + len(restored.removed)
        verb = "would go back" if dry_run else "went back"
        self.stdout.write(f"{number} entries {verb}.")
        if restored.operation_id:
            self.stdout.write(f"Operation {restored.operation_id}.")
