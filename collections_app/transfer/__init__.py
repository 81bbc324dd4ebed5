"""Lists in the files of other trackers: bytes in, records out, and back.

    read(data)                    → ListFile: every row a Record or a Refused
    write("mal", entries, owner)  → the pieces of a file

Pure: no database, no clock, no network. docs/importing.md has the table of formats.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from . import (
    anidb,
    anilist,
    anime_planet,
    annict,
    bangumi,
    hikka,
    kitsu,
    list_json,
    mal,
    mal_json,
    own,
    play_json,
    ryot,
    shikimori,
    simkl,
    table,
    table_json,
)
from .records import (
    OWNED_TAG,
    READ_HERE,
    Format,
    Kept,
    ListFile,
    Owner,
    Record,
    Refused,
    Row,
    UnsupportedFileError,
)
from .unpacking import unpack

# Each knows its documents; a flat array, which may be anybody's, comes last.
IN_JSON = (
    mal_json,
    own,
    kitsu,
    hikka,
    ryot,
    bangumi,
    play_json,
    annict,
    simkl,
    shikimori,
    anime_planet,
    anilist,
    table_json,
)
FORMATS: dict[str, Format] = {
    module.NAME: module
    for module in (
        own,
        mal,
        anilist,
        kitsu,
        simkl,
        shikimori,
        hikka,
        anime_planet,
        table,
    )
}
# The scales that a sender may say of scores whose file does not say its own.
SCALES = ("5", "10", "100")
PIECE = 64 * 1024
LINE = re.compile(rb"\s*+\{.*\}\s*", re.DOTALL)
# Without ways back (++): a file may begin with a million comments.
WEB_PAGE = re.compile(
    rb"(?:\s++|<\?xml[^>]{0,200}+>|<!--(?:[^-]|-(?!->)){0,9999}+-->){0,20}+"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE,
)


def read(
    data: bytes,
    *,
    format: str | None = None,
    scale: str | None = None,
    name: str = "",
) -> ListFile:
    """The rows of a list, whatever tracker wrote it; gzip and ZIP are unpacked.

    format: one of FORMATS, if the sender says which it is to be.
    scale:  one of SCALES, for scores whose scale the file does not say.
    name:   the file's; MyAnimeList's says when it was made.

    Raises UnsupportedFileError for what is no list of anime, for more than 20 MB
    unpacked or 20,000 rows; its message says what the file is, and what to send.
    """
    found = _read(unpack(data), scale)
    if format and format not in (found.format, found.shape):
        said, is_ = FORMATS[format].LABEL, FORMATS[found.format].LABEL
        raise UnsupportedFileError(
            f"This file is not {said}'s but {is_}'s: send it as such."
        )
    found.warnings += _warnings(found, scale)
    found.exported_at = found.exported_at or mal.exported_at(name)
    return found


def _read(data: bytes, scale: str | None) -> ListFile:
    if not data.strip():
        raise UnsupportedFileError("This file is empty: export the list again.")
    if WEB_PAGE.match(data):
        raise UnsupportedFileError(
            "This is a web page, not a list: use the export button of the page, "
            "and send that file."
        )
    if anidb.recognises(data):
        return anidb.read(data)
    if data.startswith(b"<"):
        return mal.read(data)
    if data.startswith((b"{", b"[")):
        return _read_json(_document(data), scale)
    return table.read(data, scale)


def _document(data: bytes) -> object:
    """The JSON document; one for each line is an array of them."""
    try:
        return list_json.load(data)
    except UnsupportedFileError as wrong:
        lines = [line for line in data.split(b"\n") if line.strip()]
        if len(lines) < 2 or not all(LINE.fullmatch(line) for line in lines):
            raise
        try:
            return list_json.load(b"[" + b",".join(lines) + b"]")
        except UnsupportedFileError:
            raise wrong from None


def _read_json(document: object, scale: str | None) -> ListFile:
    for module in IN_JSON:
        if module.recognises(document):
            takes_scale = module in (anilist, table_json)
            said = {"scale": scale} if takes_scale else {}
            file: ListFile = module.read(document, **said)
            return file
    if list_json.child(document, "errors"):
        raise UnsupportedFileError(
            "This is an error message of a site, not a list: export the list again."
        )
    raise UnsupportedFileError(f"We couldn't recognise this file. {READ_HERE}")


def _warnings(file: ListFile, scale: str | None) -> list[str]:
    """What the file as a whole is to say of its rows."""
    warnings = []
    records = [row for row in file.rows if isinstance(row, Record) and row.remarks]
    if records:
        rows = "1 row was" if len(records) == 1 else f"{len(records):,} rows were"
        warnings.append(
            f"{rows} changed when the file was read: the reason of each row says how."
        )
        remarks = Counter(remark for row in records for remark in row.remarks)
        warnings += [
            f"{remark} ({count:,} ×)" for remark, count in remarks.most_common(3)
        ]
    if scale and file.format not in ("csv", "anilist"):
        label = FORMATS[file.format].LABEL
        warnings.append(f"{label} has its own scale: the one you chose is not used.")
    return warnings


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
    "SCALES",
    "Kept",
    "ListFile",
    "Owner",
    "Record",
    "Refused",
    "Row",
    "UnsupportedFileError",
    "read",
    "write",
]
