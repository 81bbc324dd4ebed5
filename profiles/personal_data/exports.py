"""What can be exported: each format makes one file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from os import SEEK_END
from typing import IO
from uuid import UUID

from animecollections.api.errors import refuse
from animecollections.api.permits import long_work
from animecollections.db.replica import there
from animecollections.db.snapshot import one_moment
from animecollections.identity import Account
from collections_app import transfer
from collections_app.exports import (
    WHOLE,
    Losses,
    Part,
    fidelity,
    owner_of,
    write_list,
)
from collections_app.transfer import Owner
from history.log.recording import locked
from history.log.replicated import has_all_of
from profiles.personal_data import archive
from profiles.personal_data.models import MadeExport
from profiles.profile.models import Preferences


@dataclass(frozen=True, slots=True)
class Format:
    """title: what its file is called, before the day and the extension.
    write: an account's file, open at its start; the sender closes it.
    """

    title: str
    extension: str
    media_type: str
    write: Callable[[Account, Part], IO[bytes]]


def owner(account: Account, part: Part) -> Owner:
    """Whose list it is, with their own scale of scores."""
    formats = Preferences.objects.filter(user_id=account.id)
    scale = formats.values_list("score_format", flat=True).first()
    name = account.user_name
    return owner_of(account.id, name=name, score_format=scale or "", part=part)


def list_format(name: str) -> Format:
    """The list, in a format of `collections_app.transfer`."""
    module = transfer.FORMATS[name]

    def write(account: Account, part: Part) -> IO[bytes]:
        with there(partial(has_all_of, account.id)), one_moment():
            return write_list(account.id, name, owner(account, part), part)

    return Format(f"list-{name}", module.EXTENSION, module.MEDIA_TYPE, write)


# Those that others can import; the rest are read, and written to tell differences.
LISTS = {name: list_format(name) for name in ("json", "mal", "anilist", "csv")}
FORMATS = LISTS | {
    "account": Format(
        "account",
        "zip",
        "application/zip",
        lambda account, part: archive.write(account.id, name=account.user_name),
    ),
}


@dataclass(frozen=True, slots=True)
class Export:
    file: IO[bytes]
    name: str
    media_type: str


def export(account: Account, name: str, part: Part = WHOLE) -> Export:
    """The file of a format: 400 that names them all for one there is not, 503 `busy`
    where there is no permit for it.
    """
    format_ = chosen(FORMATS, name)
    if part != WHOLE and name not in LISTS:
        raise refuse(format="This file has all there is: leave out type and list.")
    file_name = f"animecollections-{format_.title}-{account.today}.{format_.extension}"
    with long_work.held(account.id):
        file = format_.write(account, part)
    try:
        note(account.id, name, file)
    except BaseException:
        file.close()
        raise
    return Export(file, file_name, format_.media_type)


def note(user_id: UUID, name: str, file: IO[bytes]) -> None:
    """That it was made (docs/decisions/0014). 401 `session_ended` where the account was
    erased meanwhile.
    """
    size = file.seek(0, SEEK_END)
    file.seek(0)
    with locked(user_id):
        MadeExport.objects.create(user_id=user_id, format=name, size=size)


def chosen(formats: Mapping[str, Format], name: str) -> Format:
    if name not in formats:
        raise refuse(format=f"Say which format: {', '.join(formats)}.")
    return formats[name]


def losses(account: Account, name: str, part: Part = WHOLE) -> Losses:
    """What a file of a list's format would not say of this list."""
    chosen(LISTS, name)
    with long_work.held(account.id):
        return fidelity(account.id, name, owner(account, part), part)
