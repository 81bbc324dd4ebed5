"""Whose a user name is, and how people are called."""

from collections.abc import Collection
from uuid import UUID

from animecollections.api.errors import ApiError
from profiles.accounts.identifiers import fold_user_name
from profiles.accounts.models import LoginClaim, User


def id_of_name(name: str) -> UUID | None:
    """None where it is nobody's; also of an account that is locked."""
    if "\x00" in name:
        return None
    user_id: UUID | None = LoginClaim.objects.owner_of(f"name:{fold_user_name(name)}")
    return user_id


def user_named(name: str) -> UUID:
    """Whose user name this is; 404 where it is nobody's."""
    user_id = id_of_name(name)
    if user_id is None:
        raise ApiError("not_found")
    return user_id


def names_of(user_ids: Collection[UUID]) -> dict[UUID, str]:
    """By id; without those who are locked, or gone."""
    users = User.objects.filter(pk__in=[*user_ids], is_active=True)
    return dict(users.values_list("pk", "user_name"))
