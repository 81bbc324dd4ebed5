"""From bytes, plain or packed, to text."""

import codecs
import http.client
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Protocol

import zstandard

from collections_app.catalogue.reader.errors import CHUNK, SourceBroken
from collections_app.catalogue.reader.sources import Readable


class _Unpacker(Protocol):
    """What zlib's and zstandard's decompression objects have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _gunzip() -> _Unpacker:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _unzstd() -> _Unpacker:
    return zstandard.ZstdDecompressor().decompressobj()


_PACKERS: dict[bytes, tuple[str, Callable[[], _Unpacker]]] = {
    b"\x1f\x8b": ("gzip", _gunzip),
    b"\x28\xb5\x2f\xfd": ("zstd", _unzstd),
}


def _chunks(stream: Readable) -> Iterator[bytes]:
    while chunk := _read(stream):
        yield chunk


def _read(stream: Readable) -> bytes:
    try:
        return stream.read(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise SourceBroken(f"Reading stopped: {error}.") from error


def _plain(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks unpacked, whatever the file is called."""
    head = b""
    while len(head) < 4 and (chunk := next(chunks, b"")):
        head += chunk
    chunks = chain((head,), chunks)
    for magic, (name, fresh) in _PACKERS.items():
        if head.startswith(magic):
            return _unpacked(chunks, name, fresh)
    return chunks


def _unpacked(
    chunks: Iterable[bytes], name: str, fresh: Callable[[], _Unpacker]
) -> Iterator[bytes]:
    unpacker = fresh()
    within = False
    for piece in _slices(chunks, 1024):  # small: a kilobyte may unpack to 32 megabytes
        packed = piece
        # Between packed parts, and after the last, there may be zeros as padding.
        while packed := packed if within else packed.lstrip(b"\0"):
            yield from _slices([_unpack(unpacker, packed, name)], CHUNK)
            within = not unpacker.eof
            packed = b"" if within else unpacker.unused_data
            unpacker = unpacker if within else fresh()
    if within:
        raise SourceBroken(f"The {name} file is incomplete: its end is missing.")


def _unpack(unpacker: _Unpacker, packed: bytes, name: str) -> bytes:
    try:
        return unpacker.decompress(packed)
    except (zlib.error, zstandard.ZstdError) as error:
        raise SourceBroken(f"The {name} file is damaged: {error}.") from error


def _slices(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), size):
            yield piece[at : at + size]


class Text:
    """Text that is read as it is needed.

    A fault of the source is kept until all that came before it has been used. Bytes
    that are not UTF-8 become lone surrogates, so that they spoil one name, not a file.
    """

    def __init__(self, stream: Readable) -> None:
        self._pieces = _plain(_chunks(stream))
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.fault: SourceBroken | None = None
        self.ended = False
        self.buffer = ""
        while len(self.buffer) < CHUNK and self.more():
            pass
        self.buffer = self.buffer.removeprefix("\ufeff")

    def more(self, used: int = 0) -> bool:
        """Drops what was used of the buffer and adds to it; False at the end."""
        try:
            piece = next(self._pieces, b"") if not self.ended else b""
        except SourceBroken as fault:
            self.fault, piece = fault, b""
        ending = not piece and not self.ended
        self.ended = self.ended or ending
        text = self._decoder.decode(piece, final=ending)
        self.buffer = self.buffer[used:] + text
        return bool(piece)
