"""Addresses of static files while one develops."""

from hashlib import blake2b
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class DevelopmentStorage(StaticFilesStorage):
    """A file that was edited has another address, as in production, without
    `collectstatic`. So pages and service worker work the same in both.
    """

    def url(self, name: str | None, **kwargs: object) -> str:
        address = super().url(name)
        path = finders.find(name) if name else None
        if not isinstance(path, str):
            return address
        digest = blake2b(Path(path).read_bytes(), digest_size=6).hexdigest()
        return f"{address}?v={digest}"
