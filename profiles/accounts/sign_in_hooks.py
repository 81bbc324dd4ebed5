"""The hook through which accounts tell that sign-ins may have ended (the live feed)."""

from collections.abc import Callable, Sequence
from uuid import UUID

# Filled by what serves sign-ins that stay open, when the app is ready.
hooks: list[Callable[[UUID, Sequence[str]], None]] = []


def tell_sign_ins_ended(user_id: UUID, renewed: Sequence[str] = ()) -> None:
    """Within the transaction that ends some of a user's; hooks act after its commit.

    renewed: the digests of a session's old and new key, if it got another.
    """
    for hook in hooks:
        hook(user_id, renewed)
