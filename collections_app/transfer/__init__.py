"""Lists in the files of other trackers: bytes in, records out, and back.

    read(data)                    → ListFile: every row a Record or a Refused
    write("mal", entries, owner)  → the pieces of a file

Pure: no database, no clock, no network. docs/importing.md has the table of formats.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from . import anilist, kitsu, list_json, mal, own, shikimori, simkl, table
from .records import (
    OWNED_TAG,
    Format,
    Kept,
    ListFile,
    Owner,
    Record,
    Refused,
    Row,
    WrongFile,
)
from .unpacking import unpack

IN_JSON = (own, anilist, kitsu, simkl, shikimori)
FORMATS: dict[str, Format] = {
    module.NAME: module
    for module in (own, mal, anilist, kitsu, simkl, shikimori, table)
}
PIECE = 64 * 1024


def read(data: bytes, *, format: str | None = None) -> ListFile:
    """The rows of a list, whatever tracker wrote it; gzip and ZIP are unpacked.

    format: one of FORMATS, if the sender says which it is to be.

    Raises WrongFile for what is no list of anime, for more than 20 MB unpacked or
    20,000 rows; its message says what the file is, and what to send instead.
    """
    found = _read(unpack(data))
    if format and format != found.format:
        said, is_ = FORMATS[format].LABEL, FORMATS[found.format].LABEL
        raise WrongFile(f"This file is not {said}'s but {is_}'s: send it as such.")
    return found


def _read(data: bytes) -> ListFile:
    if not data.strip():
        raise WrongFile("This file is empty: export the list again.")
    if data.startswith(b"<"):
        return mal.read(data)
    if data.startswith((b"{", b"[")):
        return _read_json(list_json.load(data))
    return table.read(data)


def _read_json(document: Any) -> ListFile:
    for module in IN_JSON:
        if module.recognises(document):
            file: ListFile = module.read(document)
            return file
    if list_json.child(document, "errors"):
        raise WrongFile("This is an error that a site answered, no list: ask it again.")
    known = ", ".join(module.LABEL for module in IN_JSON)
    raise WrongFile(f"This JSON is no list of {known}: export one from there.")


def write(
    format: str,
    entries: Iterable[Kept],
    *,
    owner: Owner,
) -> Iterator[bytes]:
    """A file of the list in one of FORMATS, in pieces of some 64 KB."""
    held: list[str] = []
    size = 0
    for text in FORMATS[format].write(entries, owner):
        held.append(text)
        size += len(text)
        if size >= PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


__all__ = [
    "FORMATS",
    "OWNED_TAG",
    "Kept",
    "ListFile",
    "Owner",
    "Record",
    "Refused",
    "Row",
    "WrongFile",
    "read",
    "write",
]
