"""Makes XML of what trackers write as XML.

Bare `&` and `<`, HTML's entities, control characters, bytes that are no UTF-8: each is
mended in the one way it can be meant, and only outside of what is right already.
"""

import html
import re
from collections.abc import Iterator
from html.entities import html5

from .records import RowError, UnsupportedFileError

# Mended at most, in one file and at one place: real exports need some thousands, and
# each costs a microsecond.
MOST_MENDED = 500_000
LONGEST_PLACE = 256 * 1024
PART = 64 * 1024
# Expat reads a token again with each piece: a few large ones keep that cheap.
PIECE = 1024 * 1024

# What stands outside of CDATA and is no XML: a reference, a bare & or <.
LOOSE = re.compile(
    rb"&(?:#(?:[0-9]{1,9}|[xX][0-9a-fA-F]{1,8})|[A-Za-z][A-Za-z0-9]{1,40});"
    rb"|&|<(?![A-Za-z_/!?])"
)
BARE = {b"&": b"&amp;", b"<": b"&lt;"}
CUT = re.compile(rb"[<&]")  # nothing that is mended goes on beyond one of these
XML_ENTITIES = {b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;"}
# What XML cannot hold (control characters, bytes that are no UTF-8) passes through
# expat in disguise: as its code in hexadecimal, after a character that is nobody's.
MASK = "\U0010fffe"
UNFIT = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\udc80-\udcff{MASK}]")
DISGUISED = re.compile(MASK + "([0-9a-f]{6})")
RAW_UNFIT = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|" + MASK.encode()
)


def mended(data: bytes) -> Iterator[bytes]:
    """The file in pieces of about a megabyte, well-formed as far as its texts go."""
    mender = _Mender()
    held: list[bytes] = []
    size = 0
    for piece in mender.pieces(data):
        held.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


class _Mender:
    def __init__(self) -> None:
        self.left = MOST_MENDED

    def pieces(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while (start := data.find(b"<![CDATA[", at)) >= 0:
            end = data.find(b"]]>", start)
            if end < 0:
                break
            yield from self._outside(data, at, start)
            at = end + 3
            self._spend(1)
            yield self._fit(data[start:at])
        yield from self._outside(data, at, len(data))

    def _outside(self, data: bytes, at: int, end: int) -> Iterator[bytes]:
        """In parts, so that a file without CDATA is not held twice."""
        while at < end:
            found = CUT.search(data, at + PART, end)
            cut = found.start() if found else end
            piece, count = LOOSE.subn(_reference, self._fit(data[at:cut]))
            self._spend(count)
            yield piece
            at = cut

    def _fit(self, piece: bytes) -> bytes:
        """The piece, with what XML cannot hold in disguise."""
        try:
            piece.decode()
            if not RAW_UNFIT.search(piece):
                return piece
        except UnicodeDecodeError:
            pass
        if len(piece) > LONGEST_PLACE:
            self._spend(MOST_MENDED + 1)
        text, count = UNFIT.subn(
            lambda found: _disguise(found[0]),
            piece.decode(errors="surrogateescape"),
        )
        self._spend(count)
        return text.encode()

    def _spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise UnsupportedFileError(
                "This XML has too many errors to repair: export the list again, "
                "or save it as UTF-8."
            )


def _reference(found: re.Match[bytes]) -> bytes:
    text = found[0]
    if text in XML_ENTITIES:
        return text
    if len(text) == 1:
        return BARE[text]
    if text.startswith(b"&#"):
        return _number(text)
    meant = html5.get(text[1:].decode())
    return html.escape(meant).encode() if meant else b"&amp;" + text[1:]


def _number(text: bytes) -> bytes:
    digits = text[2:-1].decode().lower()
    code = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return b"&amp;" + text[1:]
    return _disguise(chr(code)).encode() if UNFIT.match(chr(code)) else text


def _disguise(character: str) -> str:
    return f"{MASK}{ord(character):06x}"


def undisguised(text: str, what: str) -> str:
    """The text as it was meant, where it held what XML cannot.

    Old exports escaped texts byte by byte, as if they were Latin-1 (`&atilde;\\x81…`):
    undone, they must be UTF-8 to the last byte, or they are a RowError.
    """
    text = DISGUISED.sub(lambda found: chr(int(found[1], 16)), text)
    if not re.search("[\udc80-\udcff]", text):
        return text
    try:
        return b"".join(
            character.encode("latin-1", "surrogateescape")
            for character in html.unescape(text)
        ).decode()
    except UnicodeError:
        raise RowError(f"{what} has bytes that are not UTF-8 text.") from None
