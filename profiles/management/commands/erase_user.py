"""manage.py erase_user USER"""

from argparse import ArgumentParser
from typing import TypedDict, Unpack

from django.core.management.base import BaseCommand, CommandError

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from collections_app.management.arguments import (
    add_reason,
    add_user,
    find_user,
    reason_of,
)
from collections_app.models import WatchListEntry
from profiles.accounts.models import User
from profiles.images.models import Image
from profiles.staff import services as support


class Options(TypedDict):
    user: str
    yes: bool
    dry_run: bool
    reason: str


class Command(BaseCommand):
    help = (
        "Erases an account for good, with all its rows and pictures. It asks "
        "for confirmation; only a backup can bring the account back. It needs a "
        "reason, which remains (so do not name the person in it), and the "
        "person gets a last mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_user(parser)
        parser.add_argument(
            "--yes",
            action="store_true",
            help="do not ask for confirmation (for scripts)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="preview, erase nothing"
        )
        add_reason(parser)

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        user_id = find_user(options["user"])
        user = User.objects.get(pk=user_id)
        entries = WatchListEntry.objects.of(user_id).count()
        images = Image.objects.of(user_id).count()
        what = f"{user.user_name}, {entries:,} entries and {images:,} pictures"
        if options["dry_run"]:
            self.stdout.write(f"{what} would be erased.")
            return
        reason = reason_of(options)
        if not options["yes"] and not self.is_sure(user):
            raise CommandError("Nothing was erased.")
        try:
            support.erase(user=user, reason=reason, through=Origin("command"))
        except ApiError:  # by its owner, a moment ago
            raise CommandError(f"{user.user_name} was already erased.") from None
        self.stdout.write(f"{what} are erased.")

    def is_sure(self, user: User) -> bool:
        ask = f"Erase {user.user_name} for good? Type the name, e-mail or id: "
        try:
            return user.is_meant_by(input(ask))
        except (EOFError, KeyboardInterrupt):
            return False
