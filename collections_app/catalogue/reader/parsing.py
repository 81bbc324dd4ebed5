"""From text to the JSON of titles: lines, or one document."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import cast

from collections_app.catalogue.reader.errors import (
    EXPECTED,
    SourceBroken,
    SourceUnreadable,
)
from collections_app.catalogue.reader.records import Record, Refusal, record_or_refusal
from collections_app.catalogue.reader.sources import Readable
from collections_app.catalogue.reader.text import Text

# Titles are a few kilobytes. More than this without an end is another kind of file, or
# one made to fill the memory.
LONGEST_TITLE = 1024 * 1024
STRANGE_ENOUGH = 3


class _Malformed(Exception):  # noqa: N818 - becomes one of the two above
    """Not JSON, where more of the source would not help."""


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


# The same decoder for both forms. ijson was tried for the document: its C parser dies
# (segmentation fault) of a number of 5,000 digits, and takes memory without limit for
# deep nesting.
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)
# A number too long for int() or Decimal, and lists within lists within lists.
_UNDECODABLE = (ValueError, ArithmeticError, RecursionError)
_METADATA = frozenset({"license", "repository", "scoreRange", "lastUpdate", "$schema"})

Numbered = tuple[int, object]
Metadata = dict[str, object]


def read(
    stream: Readable, metadata: Metadata | None = None
) -> Iterator[Record | Refusal]:
    """Every title of a catalogue, or why it was refused.

    metadata: takes what the source says of itself (`repository`, `license` …).

    Raises SourceUnreadable if it is no catalogue, and SourceBroken, after what was
    whole, if it breaks off.
    """
    text = Text(stream)
    about: Metadata = {} if metadata is None else metadata
    form = _json_lines if _is_json_lines(text) else _document
    items = form(text, about)
    for line, item in items:
        yield item if isinstance(item, Refusal) else record_or_refusal(item, line)
    if text.fault:
        raise text.fault


def name_of(about: Metadata) -> str:
    """The dataset, as its file names it: by repository, else by licence."""
    license_ = about.get("license")
    name = license_.get("name") if isinstance(license_, dict) else ""
    for text in (about.get("repository"), name):
        if isinstance(text, str) and text.strip():
            return text.strip().rstrip("/")[:200]
    return "unnamed"


def _is_json_lines(text: Text) -> bool:
    """By the first lines, of which one may be broken."""
    head = text.buffer.lstrip()
    if not head:
        raise text.fault or SourceUnreadable(f"The source is empty. {EXPECTED}")
    lines = [line for line in _whole_lines(head, text.ended) if line.strip()][:5]
    # The first line of a document that is laid out ends in one of these.
    if lines and not lines[0].rstrip().endswith(("{", "[", ",", ":")):
        for decoded in map(_decode, lines):
            if _is_title(decoded) or _is_metadata(decoded):
                return True
    if head.startswith("{"):
        return False
    raise SourceUnreadable(f"The source is {_kind_of_file(head)}. {EXPECTED}")


def _whole_lines(head: str, ended: bool) -> list[str]:
    lines = head.split("\n")
    return lines if ended else lines[:-1]


def _decode(line: str) -> object:
    try:
        return _DECODER.decode(line)
    except _UNDECODABLE:
        return None


def _is_title(item: object) -> bool:
    return isinstance(item, dict) and ("title" in item or "sources" in item)


def _is_metadata(item: object) -> bool:
    if not isinstance(item, dict) or "data" in item:
        return False
    return not _is_title(item) and not _METADATA.isdisjoint(item)


def _kind_of_file(head: str) -> str:
    start = head[:2000].lower()
    for sign, kind in (
        ("<myanimelist", "a list exported from MyAnimeList (XML), not a catalogue"),
        ("<!doctype html", "a web page (HTML)"),
        ("<html", "a web page (HTML)"),
    ):
        if sign in start:
            return kind
    for sign, kind in (
        ("<", "XML"),
        ("[", "a JSON list, or JSON of another structure"),
        ("pk\x03\x04", "a zip archive"),
        ("\udcff\udcfe", "text in UTF-16"),
        ("\udcfe\udcff", "text in UTF-16"),
    ):
        if start.startswith(sign):
            return kind
    return "neither JSON lines nor a JSON document"


def _json_lines(text: Text, metadata: Metadata) -> Iterator[Numbered]:
    for number, line in enumerate(_lines(text), start=1):
        if not line.strip():
            continue
        item = _decode_line(line, number)
        if _is_metadata(item):
            metadata.update(cast("Metadata", item))
        else:
            yield number, item


def _lines(text: Text) -> Iterator[str]:
    *lines, rest = text.buffer.split("\n")
    yield from lines
    while text.more(used=len(text.buffer)):
        *lines, rest = (rest + text.buffer).split("\n")
        yield from lines
        rest = rest[: LONGEST_TITLE + 1]  # enough to be refused for
    rest += text.buffer
    if rest and not text.fault:
        yield _last_line(rest)


def _last_line(line: str) -> str:
    """A line that no line break ends, if it is whole."""
    try:
        _DECODER.decode(line)
    except json.JSONDecodeError as error:
        if line.strip() and _is_cut(error):
            message = "The file is incomplete: it ends within a line."
            raise SourceBroken(message) from error
    except _UNDECODABLE:
        pass  # refused like any other
    return line


def _is_cut(error: json.JSONDecodeError) -> bool:
    """Whether the text ends too early: in a string, or in what its end begins."""
    unread = len(error.doc.rstrip()) - error.pos
    return error.msg.startswith("Unterminated") or unread < len("false")


def _decode_line(line: str, number: int) -> object:
    if len(line) > LONGEST_TITLE:
        reason = f"the line is longer than {LONGEST_TITLE} characters"
        return Refusal(number, "", reason)
    try:
        return _DECODER.decode(line)
    except json.JSONDecodeError as error:
        reason = f"the line is not JSON: {error.msg}, at column {error.colno}"
    except _UNDECODABLE as error:
        reason = f"the line cannot be read: {error}"
    return Refusal(number, "", reason)


_SPACE = re.compile(r"[ \t\r\n]*")


class _Cursor:
    """Takes JSON apart value by value, so that only one title is ever held."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        """The next character that is not space; "" at the end."""
        while True:
            match = _SPACE.match(self.text.buffer, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text.buffer):
                return self.text.buffer[self.at]
            if not self._more():
                return ""

    def take(self, wanted: str) -> str:
        found = self.peek()
        if not found:
            raise self._broken_off()
        if found not in wanted:
            raise _Malformed(f"{found!a} in place of {' or '.join(wanted)}")
        self.at += 1
        return found

    def value(self) -> object:
        self.peek()
        while True:
            problem: Exception | None = None
            try:
                value, end = _DECODER.raw_decode(self.text.buffer, self.at)
            except _UNDECODABLE as error:
                problem = error
            # A number at the very end of what has been read may have more digits.
            if problem is None and (end < len(self.text.buffer) or self.text.ended):
                self.at = end
                return value
            if self._too_long() or not self._more():
                raise self._reason(problem)

    def _more(self) -> bool:
        used, self.at = self.at, 0
        return self.text.more(used)

    def _too_long(self) -> bool:
        return len(self.text.buffer) - self.at > LONGEST_TITLE

    def _reason(self, problem: Exception | None) -> Exception:
        cut = isinstance(problem, json.JSONDecodeError) and _is_cut(problem)
        if self.text.ended and (cut or self.text.fault):
            return self._broken_off()
        return _Malformed(str(problem) if problem else "a number without an end")

    def _broken_off(self) -> SourceBroken:
        message = "The file is incomplete: the document does not end."
        return self.text.fault or SourceBroken(message)


def _document(text: Text, metadata: Metadata) -> Iterator[Numbered]:
    cursor = _Cursor(text)
    try:
        _find_data(cursor, metadata)
    except _Malformed as error:
        what = f"The source is not JSON ({error})."
        raise SourceUnreadable(f"{what} {EXPECTED}") from error
    count = 0
    try:
        for count, item in _familiar(enumerate(_items(cursor), start=1)):
            yield count, item
        _finish(cursor)
    except _Malformed as error:
        message = f"The file is damaged after title {count}: {error}."
        raise SourceBroken(message) from error


def _find_data(cursor: _Cursor, metadata: Metadata) -> None:
    """Goes to the first title; the list is often the last of the document's keys."""
    cursor.take("{")
    while cursor.peek() != "}":
        key = _key(cursor)
        if key == "data":
            if cursor.peek() not in ("[", ""):
                break
            cursor.take("[")
            return
        value = cursor.value()
        if isinstance(key, str) and key in _METADATA:
            metadata[key] = value
        if cursor.take(",}") == "}":
            break
    raise SourceUnreadable(f"The source is JSON of another structure. {EXPECTED}")


def _key(cursor: _Cursor) -> object:
    key = cursor.value()
    cursor.take(":")
    return key


def _items(cursor: _Cursor) -> Iterator[object]:
    if cursor.peek() == "]":
        cursor.take("]")
        return
    following = ","
    while following == ",":
        yield cursor.value()
        following = cursor.take(",]")


def _familiar(numbered: Iterator[Numbered]) -> Iterator[Numbered]:
    """Refuses the whole source if none of its first items looks like a title."""
    strange: list[Numbered] = []
    for numbered_item in numbered:
        if _is_title(numbered_item[1]):
            yield from (*strange, numbered_item)
            yield from numbered
            return
        strange.append(numbered_item)
        if len(strange) == STRANGE_ENOUGH:
            break
    if strange:
        raise SourceUnreadable(f"The source is JSON of another structure. {EXPECTED}")


def _finish(cursor: _Cursor) -> None:
    while cursor.take(",}") == ",":
        _key(cursor)
        cursor.value()
    if cursor.peek():
        raise _Malformed("there is more text after the document")
