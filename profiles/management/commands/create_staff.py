"""manage.py create_staff EMAIL USER_NAME"""

from argparse import ArgumentParser
from typing import TypedDict, Unpack

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from collections_app.management.arguments import add_reason, reason_of
from profiles.accounts.identifiers import check_email, check_user_name
from profiles.accounts.models import User
from profiles.staff import services as support


class Options(TypedDict):
    email: str
    user_name: str
    group: list[str]
    administrator: bool
    reason: str
    dry_run: bool


class Command(BaseCommand):
    help = (
        "Gives somebody access to the admin: creates the account, or uses the "
        "existing one with this e-mail, with a reason that is mailed to it. A "
        "new account gets an invitation, with a link to choose a password. "
        "Groups set the permissions; an administrator may do everything."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("user_name", help="user name, for a new account")
        parser.add_argument(
            "--group",
            action="append",
            default=[],
            help="name of a group; can be repeated",
        )
        parser.add_argument("--administrator", action="store_true")
        add_reason(parser)
        parser.add_argument(
            "--dry-run", action="store_true", help="preview, do nothing"
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        try:
            email = check_email(options["email"])
            name = check_user_name(options["user_name"])
            groups = find_groups(options["group"])
            user = User.objects.known_by("email", email)
            what = f"{user or name} {{}} the admin as {role(options, groups)}"
            if options["dry_run"]:
                self.stdout.write(f"{what.format('would enter')}.")
                return
            is_new = support.let_in(
                email=email,
                user_name=name,
                groups=groups,
                is_administrator=options["administrator"],
                reason=reason_of(options) if user else options["reason"],
                through=Origin("command"),
            )
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        except ApiError as error:
            raise CommandError(error.sentence) from None
        mailed = (
            f"; an invitation will be mailed to {email}"
            if is_new
            else ", with the existing password"
        )
        self.stdout.write(f"{what.format('may enter')}{mailed}.")


def find_groups(names: list[str]) -> list[Group]:
    found = {group.name: group for group in Group.objects.filter(name__in=names)}
    for name in names:
        if name not in found:
            there = ", ".join(Group.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"Group not found: {name!r}. Choose from {there}.")
    return list(found.values())


def role(options: Options, groups: list[Group]) -> str:
    if options["administrator"]:
        return "administrator"
    return " and ".join(group.name for group in groups) or "staff without a group"
