"""Puts one user's list back to a moment."""

from argparse import ArgumentParser
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from animecollections.api.account import Through
from collections_app.services import operations


class Command(BaseCommand):
    help = (
        "Puts one user's list back to a moment, as one operation, which the user can "
        "undo like any other. What came since is in the log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="user name, e-mail or id")
        parser.add_argument(
            "--at", required=True, help="the moment, such as 2026-11-23T09:30 (UTC)"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would change, do nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = operations.restore(
                user_id=find_user(options["user"]),
                at=read_time(options["at"]),
                today=timezone.now().date(),
                through=Through("command"),
                dry_run=options["dry_run"],
            )
        except operations.TrimmedError as error:
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


def find_user(text: str) -> UUID:
    """By user name, e-mail or id; each is unique without regard to case."""
    condition = Q(email__iexact=text) | Q(user_name__iexact=text)
    with suppress(ValueError):
        condition |= Q(pk=UUID(text))
    ids = list(get_user_model().objects.filter(condition).values_list("pk", flat=True))
    if len(ids) != 1:
        raise CommandError(f"There is no account {text!r}.")
    return UUID(str(ids[0]))


def read_time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"{text!r} is not a time: write it as 2026-11-23T09:30."
        ) from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > timezone.now():
        raise CommandError("That moment is in the future.")
    return at
