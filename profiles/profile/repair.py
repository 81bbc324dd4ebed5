"""Makes an account whole again."""

from uuid import UUID

from history.models import UserState
from profiles.profile.models import Preferences, Profile


def make_whole(user_id: UUID) -> None:
    """The parts that are missing, as new accounts have them."""
    UserState.objects.get_or_create(user_id=user_id)
    Profile.objects.get_or_create(user_id=user_id)
    Preferences.objects.get_or_create(user_id=user_id)
