"""Where the bytes of a catalogue come from: a file, an address, standard input."""

import http.client
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from os import fstat
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, Protocol, cast
from urllib import request
from urllib.error import HTTPError

from collections_app.catalogue.reader.errors import SourceBroken, SourceUnreadable

# Packed: a thousand times what the largest catalogue has.
LARGEST_COPY = 10 * 1024**3
TIMEOUT_SECONDS = 30
USER_AGENT = "animecollections (catalogue import)"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Counted:
    """A stream that counts what was read of it, and notices an early end.

    copy: what is read is written there.
    """

    def __init__(
        self,
        stream: Readable,
        promised: int | None = None,
        copy: IO[bytes] | None = None,
    ) -> None:
        self.stream = stream
        self.promised = promised
        self.copy = copy
        self.count = 0

    def read(self, size: int, /) -> bytes:
        piece = self.stream.read(size)
        self.count += len(piece)
        # http.client ends a connection that was cut as if it had been complete.
        if not piece and self.promised is not None and self.count < self.promised:
            raise SourceBroken(
                f"The download stopped after {self.count} of {self.promised} bytes."
            )
        if self.copy is not None:
            if self.count > LARGEST_COPY:
                raise SourceBroken(f"The source is larger than {LARGEST_COPY:,} bytes.")
            self.copy.write(piece)
        return piece


class Source:
    """A catalogue's bytes, packed as they are, and how far they have been read.

    file: the same to be read again, from where it begins; a copy is written meanwhile.
    """

    def __init__(
        self,
        stream: Readable,
        total_bytes: int | None,
        *,
        file: IO[bytes],
        promised: int | None = None,
    ) -> None:
        self.total_bytes = total_bytes
        self._file = file
        self._begins = file.tell()
        self._read_before = 0
        copy = None if stream is file else file
        self._counted = _Counted(stream, promised, copy)

    @property
    def stream(self) -> Readable:
        return self._counted

    def bytes_read(self) -> int:
        """Of all times that it was read."""
        return self._read_before + self._counted.count

    def rewind(self) -> None:
        """Back to the beginning; all that was read so far is there again."""
        self._read_before += self._counted.count
        self._file.seek(self._begins)
        self._counted = _Counted(self._file)


@contextmanager
def open_source(path: str) -> Iterator[Source]:
    """Opens a file, an http(s) address, or with "-" standard input."""
    if path == "-":
        with TemporaryFile() as copy:
            yield Source(sys.stdin.buffer, _size(sys.stdin.buffer), file=copy)
    elif re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path):
        with _download(path) as answer, TemporaryFile() as copy:
            size = answer.length
            yield Source(answer, size, file=copy, promised=size)
    else:
        with _open_file(path) as file:
            if file.seekable():
                yield Source(file, _size(file), file=file)
                return
            with TemporaryFile() as copy:
                yield Source(file, None, file=copy)


def _open_file(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceUnreadable(f"{path} cannot be opened: {reason}.") from error


def _size(file: BinaryIO) -> int | None:
    """The size of a file; a pipe has none."""
    try:
        status = fstat(file.fileno())
    except OSError:  # a stream in memory stands in for standard input
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _download(url: str) -> http.client.HTTPResponse:
    if not re.match(r"https?://", url, re.IGNORECASE):
        raise SourceUnreadable(f"{url} cannot be opened: only http and https can.")
    try:
        question = request.Request(  # noqa: S310 - looked at above
            url, headers={"User-Agent": USER_AGENT}
        )
        answer = _web().open(question, timeout=TIMEOUT_SECONDS)
    except HTTPError as error:
        error.close()
        raise SourceUnreadable(
            f"{url} answered {error.code} {error.reason}."
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise SourceUnreadable(f"{url} cannot be opened: {reason}.") from error
    return cast("http.client.HTTPResponse", answer)


def _web() -> request.OpenerDirector:
    """An opener without file: and ftp:, which a redirect could otherwise lead to."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.UnknownHandler,
        request.HTTPHandler,
        request.HTTPSHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPRedirectHandler,
        request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener
