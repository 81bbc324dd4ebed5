"""What operators type: who, and when."""

from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.utils import timezone


def find_user(text: str) -> UUID:
    """By id, e-mail or user name; each is unique without regard to case."""
    user = get_user_model().objects.find(text)
    if user is None:
        raise CommandError(f"There is no account {text!r}.")
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
