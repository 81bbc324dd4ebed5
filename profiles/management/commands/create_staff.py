"""manage.py create_staff EMAIL USER_NAME"""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from animecollections.api.account import Through
from animecollections.api.errors import ApiError
from profiles.models import User
from profiles.names import check_email, check_user_name
from profiles.services import accounts, staff


class Command(BaseCommand):
    help = (
        "Lets somebody into the admin: makes the account, or takes the one that has "
        "this e-mail, and mails a link to choose a password to a new one. Groups say "
        "what they may do there; an administrator may do everything."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("user_name", help="of a new account")
        parser.add_argument(
            "--group", action="append", default=[], help="by name; several times"
        )
        parser.add_argument("--administrator", action="store_true")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would be, do nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            email = check_email(options["email"])
            name = check_user_name(options["user_name"])
            groups = find_groups(options["group"])
            user = User.objects.filter(email=email).first()
            what = f"{user or name} {{}} the admin as {role(options, groups)}"
            if options["dry_run"]:
                self.stdout.write(f"{what.format('would enter')}.")
                return
            flags = {"is_staff": True, "is_superuser": options["administrator"]}
            if user is None:
                self.make(User(email=email, user_name=name, **flags), groups)
                mailed = f"; a link to choose a password is on its way to {email}"
            else:
                staff.edit(user_id=user.pk, values=flags, through=Through("command"))
                user.groups.set(groups)
                mailed = ", with the password they have"
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        except ApiError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"{what.format('may enter')}{mailed}.")

    def make(self, user: User, groups: list[Group]) -> None:
        """Nobody knows its first password; the link sets one."""
        user.set_password(secrets.token_urlsafe(32))
        staff.create(user=user)
        user.groups.set(groups)
        accounts.ask_for_reset(email=user.email)


def find_groups(names: list[str]) -> list[Group]:
    found = {group.name: group for group in Group.objects.filter(name__in=names)}
    for name in names:
        if name not in found:
            there = ", ".join(Group.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no group {name!r}; there are: {there}.")
    return list(found.values())


def role(options: dict[str, Any], groups: list[Group]) -> str:
    if options["administrator"]:
        return "administrator"
    return " and ".join(group.name for group in groups) or "staff without a group"
