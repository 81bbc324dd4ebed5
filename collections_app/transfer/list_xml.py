"""Reads XML of the shape <list><row><field>text</field>…</row>…</list>, and no other.

A pull over expat instead of a tree: memory is that of one row, whatever the file holds.
There is no document type here, so no entities to blow up or fetch, and no nesting
deeper than the shape has. That is less than defusedxml leaves open (it has no limit of
depth), in less code than its use would take.

Trackers write XML that is not well-formed: bare `&` and `<`, HTML's entities, control
characters, bytes that are no UTF-8. These are mended, each in the one way it can be
meant, and only outside of what is right already.
"""

import html
import re
from collections.abc import Callable, Iterator
from html.entities import html5
from xml.parsers import expat

from .records import Flaw, WrongFile

Fields = dict[str, str]
TakeRow = Callable[[str, Fields, Flaw | None], None]

DEEPEST = 16
MOST_FIELDS = 200
# Expat reads a token anew with each piece: few large ones keep it from being quadratic.
CHUNK = 1024 * 1024
PART = 64 * 1024

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
ENCODING = re.compile(rb"""^[^>]{0,100}encoding=["']([A-Za-z0-9._-]{1,30})["']""")
# Encodings of single bytes, and of East Asia; not Python's own oddities.
ENCODINGS = re.compile(
    r"(iso-?8859|windows|cp\d|koi8|shift|sjis|euc|gb|big5|latin|ascii|us-)"
)


def read_rows(data: bytes, take: TakeRow) -> "Shape":
    """Calls `take` with each row, as it is complete: its tag, its fields, its flaw.

    Raises WrongFile, saying where, if the file is no such XML.
    """
    shape = Shape(take)
    try:
        for piece in _chunks(_pieces(_as_utf8(data))):
            shape.parser.Parse(piece, False)
        shape.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise WrongFile(
            f"This XML is damaged or breaks off at line {error.lineno} (after "
            f"{shape.count:,} whole rows): {expat.ErrorString(error.code)}. Export the "
            "list again, or mend that line."
        ) from None
    return shape


class Shape:
    """What the parser has seen: the root's name, the rows, comments before them."""

    def __init__(self, take: TakeRow) -> None:
        self.take = take
        self.root = ""
        self.count = 0
        self.comments = ""
        self._path: list[str] = []
        self._fields: Fields = {}
        self._flaw: Flaw | None = None
        self._text: list[str] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.CommentHandler = self._comment

    def _doctype(self, *_: object) -> None:
        raise WrongFile(
            "This file has a document type (<!DOCTYPE …>), which no export has: if it "
            "is a web page, save the file that the page's export button gives instead."
        )

    def _start(self, tag: str, _attributes: object) -> None:
        self._path.append(tag)
        depth = len(self._path)
        if depth > DEEPEST:
            raise WrongFile("This XML nests deeper than any list does.")
        if depth == 1:
            self.root = tag
        elif depth == 2:
            self._fields, self._flaw = {}, None
        elif depth == 3:
            self._text = []
        else:
            self._flaw = Flaw(
                f"{self._path[2]} has more than text in it (<{tag[:50]}>)."
            )

    def _end(self, tag: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if depth == 3:
            self._field(tag, "".join(self._text))
        elif depth == 2:
            self.count += 1
            self.take(tag, self._fields, self._flaw)

    def _field(self, tag: str, text: str) -> None:
        try:
            text = undisguised(text, tag)
        except Flaw as flaw:
            self._flaw = self._flaw or flaw
        if self._fields.setdefault(tag, text) != text:
            self._flaw = Flaw(f"{tag[:50]} is there twice, with different values.")
        if len(self._fields) > MOST_FIELDS:
            raise WrongFile("This XML has rows with more fields than any list has.")

    def _characters(self, text: str) -> None:
        if len(self._path) == 3:
            self._text.append(text)

    def _comment(self, text: str) -> None:
        if not self.count and len(self.comments) < 1_000:
            self.comments += text[:1_000]


def _as_utf8(data: bytes) -> bytes:
    """The bytes in UTF-8, from the encoding that the file declares."""
    declared = ENCODING.match(data)
    name = declared[1].decode().lower() if declared else "utf-8"
    if not ENCODINGS.match(name):
        return data
    try:
        return data.decode(name).encode()
    except (LookupError, UnicodeDecodeError):
        raise WrongFile(
            f"This XML says that it is in {name}, but cannot be read so: save it as "
            "UTF-8."
        ) from None


def _pieces(data: bytes) -> Iterator[bytes]:
    """The file in pieces that are well-formed text; CDATA is let alone."""
    at = 0
    while (start := data.find(b"<![CDATA[", at)) >= 0:
        end = data.find(b"]]>", start)
        if end < 0:
            break
        yield from _mended(data, at, start)
        at = end + 3
        yield _sound(data[start:at])
    yield from _mended(data, at, len(data))


def _mended(data: bytes, at: int, end: int) -> Iterator[bytes]:
    while at < end:
        found = CUT.search(data, at + PART, end)
        cut = found.start() if found else end
        yield LOOSE.sub(_reference, _sound(data[at:cut]))
        at = cut


def _chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


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
    return _disguise(chr(code)) if UNFIT.match(chr(code)) else text


def _sound(piece: bytes) -> bytes:
    """The piece, with what XML cannot hold in disguise."""
    try:
        piece.decode()
        if not RAW_UNFIT.search(piece):
            return piece
    except UnicodeDecodeError:
        pass
    text = piece.decode(errors="surrogateescape")
    return UNFIT.sub(lambda found: _disguise(found[0]).decode(), text).encode()


def _disguise(character: str) -> bytes:
    return f"{MASK}{ord(character):06x}".encode()


def undisguised(text: str, what: str) -> str:
    """The text as it was meant, where it held what XML cannot.

    Old exports escaped texts byte by byte, as if they were Latin-1 (`&atilde;\\x81…`):
    undone, they must be UTF-8 to the last byte, or they are a Flaw.
    """
    if MASK not in text:
        return text
    text = DISGUISED.sub(lambda found: chr(int(found[1], 16)), text)
    if not re.search("[\udc80-\udcff]", text):
        return text
    try:
        mended = html.unescape(text)
        return b"".join(
            character.encode("latin-1", "surrogateescape") for character in mended
        ).decode()
    except UnicodeError:
        raise Flaw(f"{what} has bytes that are no UTF-8 text.") from None
