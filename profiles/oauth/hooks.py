"""The hook through which it is told that a person let an app in (a mail to them)."""

from collections.abc import Callable
from uuid import UUID

# Filled by what tells people, when the app is ready.
hooks: list[Callable[[UUID, UUID], None]] = []


def tell_access_given(user_id: UUID, app_id: UUID) -> None:
    """Within the transaction that lets in an app that has no access."""
    for hook in hooks:
        hook(user_id, app_id)
