"""What staff are told on the next page: in a signed cookie, or the session if long."""

from typing import Any

from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class CheckedCookieStorage(CookieStorage):
    """Django's trusts that what our key signed are messages."""

    def _decode(self, data: str) -> list[object] | None:
        try:
            read: Any = super()._decode(data)  # type: ignore[misc]
        except (LookupError, RecursionError, TypeError, ValueError):
            return None
        is_ours = isinstance(read, list) and all(map(self.is_message, read))
        return read if is_ours else None

    def is_message(self, item: object) -> bool:
        if isinstance(item, Message):
            return all(
                text is None or isinstance(text, str)
                for text in (item.message, item.extra_tags)
            )
        return bool(item == self.not_finished)


class MessageStorage(FallbackStorage):
    storage_classes = (CheckedCookieStorage, SessionStorage)
