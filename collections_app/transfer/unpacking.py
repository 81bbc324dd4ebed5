"""From an upload to the bytes of a list: gzip and ZIP are unpacked, within bounds."""

import codecs
import io
import re
import struct
import tarfile
import zipfile
import zlib
from itertools import islice

from .records import UnsupportedFileError

MOST_BYTES = 20 * 1024 * 1024
TOO_LARGE = f"This file holds more than {MOST_BYTES // 1024**2} MB: send it in parts."
MOST_MEMBERS = 100
# Of the others, bzip2 and LZMA unpack as much as there is, whatever is asked for.
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
MYLIST = "mylist.xml"
LISTS = (".xml", ".json", ".csv", ".gz")
# Byte-order marks, one for each program that added its own, and blanks.
LEADING = re.compile(rb"\A(?:\xef\xbb\xbf|[\r\n ])+")


def unpack(data: bytes) -> bytes:
    """The bytes of the list, from their first word on, and of UTF-16 in UTF-8.

    Packed ones are unpacked up to 20 MB, and no further. UnsupportedFileError for
    what is larger, damaged or encrypted.
    """
    if data.startswith(b"\x1f\x8b"):
        data = _gunzip(data)
    elif data.startswith(b"PK\x03\x04"):
        data = _unzip(data)
    if len(data) > MOST_BYTES:
        raise UnsupportedFileError(TOO_LARGE)
    if data[257:262] == b"ustar":
        data = _untar(data)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = _from_utf16(data)
    return LEADING.sub(b"", data, count=1)


def _from_utf16(data: bytes) -> bytes:
    try:
        return data.decode("utf-16").encode()
    except UnicodeDecodeError:
        raise UnsupportedFileError(
            "This file begins like UTF-16 text but is not: save it as UTF-8."
        ) from None


def _gunzip(data: bytes) -> bytes:
    parts: list[bytes] = []
    room = MOST_BYTES + 1
    while data.startswith(b"\x1f\x8b") and room:
        # Each member costs a copy of all that follows.
        if len(parts) == MOST_MEMBERS:
            raise UnsupportedFileError(
                f"This gzip file has more than {MOST_MEMBERS} parts: unpack it, and "
                "send the list in it."
            )
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            parts.append(unpacker.decompress(data, room))
        except zlib.error as error:
            raise UnsupportedFileError(
                f"This gzip file is damaged ({error}): export the list again."
            ) from None
        room -= len(parts[-1])
        if room and not unpacker.eof:
            raise UnsupportedFileError(
                "This gzip file is incomplete (its end is missing): download it again."
            )
        data = unpacker.unused_data
    return b"".join(parts)


def _untar(data: bytes) -> bytes:
    """The list in AniDB's .tgz; beside it lie other files of its template."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in islice(archive, MOST_MEMBERS):
                if member.isreg() and member.name.rpartition("/")[2] == MYLIST:
                    file = archive.extractfile(member)
                    return file.read(len(data)) if file else b""
    except (
        tarfile.TarError,
        ValueError,
        OSError,
        EOFError,
        OverflowError,
        RecursionError,  # a header for a header for a header …
    ):
        raise UnsupportedFileError(
            "This archive (.tar) is damaged: export the list again."
        ) from None
    raise UnsupportedFileError(
        f"This archive (.tar) holds no {MYLIST}: send the list in it."
    )


def _unzip(data: bytes) -> bytes:
    """The one list in a ZIP file, such as Simkl's backup."""
    if data.count(b"PK\x01\x02") > MOST_MEMBERS:
        raise UnsupportedFileError(
            "This ZIP file contains many files: send the right one."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            lists = [
                info
                for info in archive.infolist()
                if info.filename.lower().endswith(LISTS)
                and not info.filename.startswith("__MACOSX/")
            ]
            if "xl/workbook.xml" in archive.namelist():
                raise UnsupportedFileError(
                    "This is an Excel workbook: save it as “CSV UTF-8”."
                )
            if len(lists) != 1:
                raise UnsupportedFileError(
                    f"This ZIP file holds {len(lists)} lists: send the right one "
                    "(a .json, .xml or .csv file)."
                )
            if lists[0].compress_type not in METHODS:
                raise UnsupportedFileError(
                    "This ZIP file uses an unusual compression: use “Deflate”, "
                    "or send the list in it."
                )
            with archive.open(lists[0]) as file:
                inner = file.read(MOST_BYTES + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ValueError,  # names that are no text, places that are none
        OSError,
        struct.error,
    ):
        raise UnsupportedFileError(
            "This ZIP file is damaged or locked by a password: send the list in it."
        ) from None
    return _gunzip(inner) if inner.startswith(b"\x1f\x8b") else inner
