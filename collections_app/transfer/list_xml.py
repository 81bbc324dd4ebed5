"""Reads XML of the shape <list><row><field>text</field>…</row>…</list>, and no other.

A pull over expat instead of a tree: memory is that of one row, whatever the file holds.
There is no document type here, so no entities to blow up or fetch, and no nesting
deeper than the shape has. That is less than defusedxml leaves open (it has no limit of
depth), in less code than its use would take.

What is not well-formed is mended first, as far as it can be (mending.py).
"""

import re
from collections.abc import Callable
from xml.parsers import expat

from .mending import MASK, mended, undisguised
from .records import RowError, UnsupportedFileError

Fields = dict[str, str]
TakeRow = Callable[[str, Fields, RowError | None], None]

DEEPEST = 16
MOST_FIELDS = 200
ENCODING = re.compile(rb"""^[^>]{0,100}encoding=["']([A-Za-z0-9._-]{1,30})["']""")
# Encodings of single bytes, and of East Asia; not Python's own oddities.
ENCODINGS = re.compile(
    r"(iso-?8859|windows|cp\d|koi8|shift|sjis|euc|gb|big5|latin|ascii|us-)"
)


def read_rows(data: bytes, take: TakeRow) -> "Shape":
    """Calls `take` with each row, as it is complete: its tag, its fields, its flaw.

    Raises UnsupportedFileError, saying where, if the file is no such XML.
    """
    shape = Shape(take)
    feed(shape.parser, data, lambda: shape.count)
    return shape


def feed(parser: expat.XMLParserType, data: bytes, count: Callable[[], int]) -> None:
    """Parses the file, mended; `count` tells how many rows were whole."""
    try:
        for piece in mended(_as_utf8(data)):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnsupportedFileError(
            f"This XML is damaged or ends too early at line {error.lineno} "
            f"(after {count():,} whole rows): "
            f"{expat.ErrorString(error.code)}. Export the list again, or correct "
            "that line."
        ) from None


def no_doctype(*_: object) -> None:
    """For parsers: nothing that could name an entity gets past it."""
    raise UnsupportedFileError(
        "This file has a document type (<!DOCTYPE …>), which no export has. "
        "If it is a web page, use its export button, and send that file."
    )


class Shape:
    """What the parser has seen: the root's name, the rows, comments before them."""

    def __init__(self, take: TakeRow) -> None:
        self.take = take
        self.root = ""
        self.count = 0
        self.comments = ""
        self._depth = 0
        self._fields: Fields = {}
        self._flaw: RowError | None = None
        self._text: list[str] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = no_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CommentHandler = self._comment

    def _start(self, tag: str, _attributes: object) -> None:
        self._depth = depth = self._depth + 1
        if depth == 3:
            # Set for fields alone: the space between them is not worth a call.
            self._text = []
            self.parser.CharacterDataHandler = self._text.append
        elif depth == 2:
            self._fields, self._flaw = {}, None
        elif depth == 1:
            self.root = tag
        elif depth > DEEPEST:
            raise UnsupportedFileError("This XML nests deeper than any list does.")
        else:
            self._flaw = RowError(f"A field contains more than text:  <{tag[:50]}>.")

    def _end(self, tag: str) -> None:
        depth = self._depth
        self._depth -= 1
        if depth == 3:
            self.parser.CharacterDataHandler = None
            self._field(tag, "".join(self._text))
        elif depth == 2:
            self.count += 1
            self.take(tag, self._fields, self._flaw)

    def _field(self, tag: str, text: str) -> None:
        if MASK in text:
            try:
                text = undisguised(text, tag)
            except RowError as flaw:
                self._flaw = flaw
        if self._fields.setdefault(tag, text) != text:
            self._flaw = RowError(f"{tag[:50]} appears twice, with different values.")
        if len(self._fields) > MOST_FIELDS:
            raise UnsupportedFileError(
                "This XML has rows with more fields than any list has."
            )

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
        raise UnsupportedFileError(
            f"This XML says that it is in {name}, but cannot be read so: save it as "
            "UTF-8."
        ) from None
