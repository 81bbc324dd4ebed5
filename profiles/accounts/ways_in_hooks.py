"""The hook through which accounts have ways in taken away: second factors, passkeys,
providers, feeds, links, webhooks.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

# Filled by the rooms that keep them, when the app is ready.
hooks: list[Callable[[UUID, datetime | None], None]] = []


def take_ways_in(user_id: UUID, since: datetime | None = None) -> None:
    """Those that were added since then, or all, for whoever added them may not be the
    owner. Within the transaction that ends the sign-ins, after the account's row is
    written: who adds another waits for it, and then finds their own sign-in ended.
    """
    for hook in hooks:
        hook(user_id, since)
