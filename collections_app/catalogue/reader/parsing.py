"""From text to the JSON of titles: lines, or one document."""

import json
from collections.abc import Iterator
from typing import cast

from collections_app.catalogue.reader.errors import (
    EXPECTED,
    SourceBroken,
    SourceUnreadable,
)
from collections_app.catalogue.reader.pieces import (
    DECODER,
    LONGEST_TITLE,
    UNDECODABLE,
    Cursor,
    Malformed,
    text_lines,
)
from collections_app.catalogue.reader.records import Record, Refusal, record_or_refusal
from collections_app.catalogue.reader.sources import Readable
from collections_app.catalogue.reader.text import Text

STRANGE_ENOUGH = 3


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
        return DECODER.decode(line)
    except UNDECODABLE:
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
    for number, line in enumerate(text_lines(text), start=1):
        if not line.strip():
            continue
        item = decode_line(line, number)
        if _is_metadata(item):
            metadata.update(cast("Metadata", item))
        else:
            yield number, item


def decode_line(line: str, number: int) -> object:
    if len(line) > LONGEST_TITLE:
        reason = f"the line is longer than {LONGEST_TITLE} characters"
        return Refusal(number, "", reason)
    try:
        return DECODER.decode(line)
    except json.JSONDecodeError as error:
        reason = f"the line is not JSON: {error.msg}, at column {error.colno}"
    except UNDECODABLE as error:
        reason = f"the line cannot be read: {error}"
    return Refusal(number, "", reason)


def _document(text: Text, metadata: Metadata) -> Iterator[Numbered]:
    cursor = Cursor(text)
    try:
        _find_data(cursor, metadata)
    except Malformed as error:
        what = f"The source is not JSON ({error})."
        raise SourceUnreadable(f"{what} {EXPECTED}") from error
    count = 0
    try:
        for count, item in _familiar(enumerate(_items(cursor), start=1)):
            yield count, item
        _finish(cursor)
    except Malformed as error:
        message = f"The file is damaged after title {count}: {error}."
        raise SourceBroken(message) from error


def _find_data(cursor: Cursor, metadata: Metadata) -> None:
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


def _key(cursor: Cursor) -> object:
    key = cursor.value()
    cursor.take(":")
    return key


def _items(cursor: Cursor) -> Iterator[object]:
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


def _finish(cursor: Cursor) -> None:
    while cursor.take(",}") == ",":
        _key(cursor)
        cursor.value()
    if cursor.peek():
        raise Malformed("there is more text after the document")
