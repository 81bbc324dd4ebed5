"""The hook through which devices hear what is being played (the live feed). Nothing of
it is kept.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

# Filled by what serves sockets, when the app is ready.
hooks: list[Callable[[UUID, dict[str, Any]], None]] = []


def tell_playing(user_id: UUID, message: dict[str, Any]) -> None:
    for hook in hooks:
        hook(user_id, message)
