"""Sandbox accounts: one of each person who wants to try a program out.

An account like any other, so that what a program does there is real. But nobody signs
in to it except by personal tokens of the scope `sandbox`, and it counts nowhere. Its id
follows from its owner's: found by its key, also where the database is spread by user.
"""

from uuid import UUID, uuid5

from animecollections.api.errors import ApiError
from profiles.accounts.models import User


def sandbox_id_of(owner_id: UUID) -> UUID:
    return uuid5(owner_id, "sandbox")


def with_sandbox(user_id: UUID) -> tuple[UUID, UUID]:
    """An account, and its sandbox, should there be one."""
    return user_id, sandbox_id_of(user_id)


def sandbox_for(owner: User) -> User:
    """Found or made. Call it while the owner's row is locked. 403 `forbidden` where
    staff locked it by itself.
    """
    id_ = sandbox_id_of(owner.pk)
    found: User | None = User.objects.select_for_update().filter(pk=id_).first()
    if found is None:
        name = f"sandbox-{id_.hex}"
        found = User(
            pk=id_, email=f"{name}@example.invalid", user_name=name, sandbox_of=owner.pk
        )
        found.set_unusable_password()
        User.objects.add(found)
    elif not found.is_active:
        raise ApiError("forbidden")
    return found


def is_sandbox(user_id: UUID) -> bool:
    return bool(User.objects.sandboxes().filter(pk=user_id).exists())
