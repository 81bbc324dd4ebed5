"""Files in the storage: that it fails is told, and what is left over is logged."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.files.storage import default_storage

from animecollections.api.errors import not_now
from profiles.profile.image_urls import FOLDER

logger = logging.getLogger(__name__)


@contextmanager
def storage_failures_told() -> Iterator[None]:
    """A full disk or an absent S3 passes; each storage has exceptions of its own."""
    try:
        yield
    except Exception:
        logger.exception("The storage of images failed")
        raise not_now("busy", 30) from None


def is_removed(path: str) -> bool:
    try:
        default_storage.delete(path)
    except Exception:
        logger.exception("The file %s is left over", path)
        return False
    return True


def remove_folder(user_id: UUID) -> None:
    """All files of a user who is gone, those that no row names too. OSError where some
    are left: call it again later.
    """
    folder = f"{FOLDER}{user_id}"
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    removed = [is_removed(f"{folder}/{name}") for name in names]
    if not (all(removed) and is_removed(folder)):
        raise OSError("Some files of an erased account are left over.")
