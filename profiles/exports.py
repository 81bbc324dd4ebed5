"""What can be exported: each format makes one file."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import IO

from django.conf import settings

from animecollections.api.account import Account
from animecollections.api.errors import refuse
from profiles import archive
from profiles.services.images import held


@dataclass(frozen=True, slots=True)
class Format:
    """title: what its file is called, before the day and the extension.
    write: an account's file, open at its start; whoever sends it closes it.
    """

    title: str
    extension: str
    media_type: str
    write: Callable[[Account], IO[bytes]]


FORMATS = {
    "account": Format(
        "account", "zip", "application/zip", lambda account: archive.write(account.id)
    ),
}
# A large account takes seconds: others find a thread all the same.
PLACES = BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


@dataclass(frozen=True, slots=True)
class Export:
    file: IO[bytes]
    name: str
    media_type: str


def export(account: Account, name: str) -> Export:
    """The file of a format: 400 that names them all for one there is not, 503 `busy`
    where too many are being made.
    """
    format_ = FORMATS.get(name)
    if format_ is None:
        raise refuse(format=f"Say which format: {', '.join(FORMATS)}.")
    file_name = f"animecollections-{format_.title}-{account.today}.{format_.extension}"
    with held(PLACES, seconds=0):
        return Export(format_.write(account), file_name, format_.media_type)
