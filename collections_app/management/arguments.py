"""What operators type: who, when, and why."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import TypedDict
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.utils import timezone

LONGEST_REASON = 1000  # as in the admin


def add_user(parser: ArgumentParser) -> None:
    parser.add_argument("user", help="user name, e-mail or id")


def find_user(text: str) -> UUID:
    """By id, e-mail or user name; each is unique without regard to case."""
    user = get_user_model().objects.find(text)
    if user is None:
        raise CommandError(f"Account not found: {text!r}.")
    return user.pk


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


def add_reason(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--reason",
        default="",
        help="the reason; it is logged, and mailed to the person",
    )


class WithReason(TypedDict):
    reason: str


def reason_of(options: WithReason) -> str:
    """As given, or asked for; nothing is done to a person without one."""
    reason = options["reason"].strip()
    if not reason:
        try:
            reason = input("Reason (mailed to the person): ").strip()
        except (EOFError, OSError, KeyboardInterrupt):  # nobody is there to say
            reason = ""
    if not reason:
        raise CommandError(
            "Give a reason with --reason; it is logged. Nothing was done."
        )
    return reason[:LONGEST_REASON]
