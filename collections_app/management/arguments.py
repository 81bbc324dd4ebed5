"""What operators type: who, and when."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.db.models import Q
from django.utils import timezone


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
