"""Bodies kept in the process, for who asks again without saying what they hold.

The key is the ETag, which covers all that shapes a body, so that none is ever out of
date: a change makes another key, and the old body leaves when room is needed. Where
time alone ends a body, its ETag names the minute.
"""

from collections import OrderedDict
from threading import Lock

from django.conf import settings


class ResponseCache:
    """So many bytes at most, the longest unasked going first. What alone would take
    more than an eighth of them is not kept.
    """

    def __init__(self, size: int) -> None:
        self.room = self.size = size
        self.kept: OrderedDict[str, bytes] = OrderedDict()
        self.lock = Lock()

    def get(self, etag: str) -> bytes | None:
        with self.lock:
            if (body := self.kept.get(etag)) is not None:
                self.kept.move_to_end(etag)
            return body

    def keep(self, etag: str, body: bytes) -> None:
        if len(body) > self.size // 8:
            return
        with self.lock:
            self.room += len(self.kept.pop(etag, b"")) - len(body)
            self.kept[etag] = body
            while self.room < 0:
                self.room += len(self.kept.popitem(last=False)[1])

    def keep_until(self, until: int, tag: str, etag: str, body: bytes) -> None:
        """A body that time ends: by its ETag, and under its tag the ETag of now.

        until: a minute, 0 for never. tag: what is known before the body is made.
        """
        self.keep(f"{tag} now", f"{until} {etag}".encode())
        self.keep(etag, body)

    def lasting(self, tag: str, minute: int) -> tuple[str, bytes] | None:
        """The ETag and the body kept under a tag, where time has not ended it."""
        told = self.get(f"{tag} now")
        if told is None:
            return None
        until, _, etag = told.decode().partition(" ")
        if until != "0" and int(until) <= minute:
            return None
        body = self.get(etag)
        return None if body is None else (etag, body)

    def forget(self) -> None:
        with self.lock:
            self.kept.clear()
            self.room = self.size


# Of any list, whole or narrowed, by its ETag; compressed too (api/compression.py).
bodies = ResponseCache(settings.LIST_CACHE_MB * 2**20)
