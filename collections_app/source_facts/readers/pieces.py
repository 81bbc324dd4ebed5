"""What readers of JSON documents share: items one by one, and careful access."""

from collections.abc import Iterator
from typing import Any, TypeVar

from collections_app.catalogue.matching import Key
from collections_app.catalogue.reader import SourceBroken, SourceUnreadable
from collections_app.catalogue.reader.pieces import Cursor, Malformed
from collections_app.catalogue.reader.text import Text
from collections_app.catalogue.refs import OWN
from collections_app.source_facts.cleaning import Flaw, site_id

Json = dict[str, Any]
T = TypeVar("T")


def members(cursor: Cursor) -> Iterator[str]:
    """The keys of the object that comes next; whoever takes one takes its value."""
    cursor.take("{")
    if cursor.peek() == "}":
        cursor.take("}")
        return
    following = ","
    while following == ",":
        key = cursor.value()
        cursor.take(":")
        yield str(key)
        following = cursor.take(",}")


def items(cursor: Cursor) -> Iterator[object]:
    """The items of the list that comes next."""
    cursor.take("[")
    if cursor.peek() == "]":
        cursor.take("]")
        return
    following = ","
    while following == ",":
        yield cursor.value()
        following = cursor.take(",]")


def guarded(text: Text, found: Iterator[T]) -> Iterator[T]:
    """The same items; what is not JSON breaks the source off, after what was whole."""
    count = 0
    try:
        for count, item in enumerate(found, start=1):  # noqa: B007 - told below
            yield item
    except Malformed as error:
        if text.fault:
            raise text.fault from error
        if not count:
            raise SourceUnreadable(f"The source is not JSON ({error}).") from error
        message = f"The file is damaged after item {count}: {error}."
        raise SourceBroken(message) from error
    if text.fault:
        raise text.fault


def text_of(item: Json, key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def list_of(item: Json, key: str) -> list[object]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def object_of(item: Json, key: str) -> Json:
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def keys_of(said: list[tuple[str, object]]) -> frozenset[Key]:
    """Ids at sites as far as they are some; a text may name several ("849,4382")."""
    found: set[Key] = set()
    for site, ids in said:
        for text in str(ids).split(",") if isinstance(ids, str | int) else ():
            try:
                key = site_id(f"{site}:{text.strip()}")
            except Flaw:
                continue
            name, _, id_ = key.partition(":")
            if name != OWN:
                found.add((name, id_))
    return frozenset(found)
