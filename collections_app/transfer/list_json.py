"""Reads JSON of lists: as strictly as the API reads bodies, but larger."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from animecollections.api.errors import ApiError
from animecollections.api.parsing import read_json
from animecollections.db.free_json import to_bytes

from .records import RowError, UnsupportedFileError

# Some 40 a row. Read, 1,000,000 of the costliest take about 120 MB.
MOST_TOKENS = 1_000_000
# Of a field of others, so that any format's document has room for it (32 in all).
DEEPEST = 16
EMPTY: tuple[object, ...] = (None, "", 0, False, [], {})


def load(data: bytes) -> object:
    """The document; raises UnsupportedFileError, saying where it is wrong.

    Texts may hold what cannot be kept: that refuses a row (`reading.usable`), no file.
    """
    try:
        return read_json(data, most_tokens=MOST_TOKENS, check_text=False)
    except ApiError as error:
        said = error.sentence.replace("The body", "This file")
        raise UnsupportedFileError(f"{said} Export the list again.") from None


def inner(text: str, what: str) -> Any:
    """JSON within a field of one row."""
    try:
        return read_json(text.encode(), check_text=False)
    except (ApiError, UnicodeEncodeError):
        raise RowError(f"{what} is not valid JSON.") from None


def child(value: object, *path: str) -> object:
    """What lies at the end of a path of keys; None where there is no such."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def fields(value: Any) -> dict[str, Any]:
    """A row's fields."""
    if not isinstance(value, dict):
        raise RowError("The row is not a JSON object.")
    return value


def besides(
    row: Mapping[str, object], known: Iterable[str]
) -> Iterator[tuple[str, object]]:
    """The fields of a row that say something and are not known."""
    known = frozenset(known)
    return (
        (name, value)
        for name, value in row.items()
        if name not in known and value not in EMPTY
    )


def texts(value: object, depth: int = 0) -> Iterator[str]:
    """Every text in it, keys too; nesting too deep is a RowError."""
    if depth > DEEPEST:
        raise RowError(f"The row has a field that nests deeper than {DEEPEST}.")
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, depth + 1)
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from texts(item, depth + 1)


def dumps(value: object) -> str:
    return to_bytes(value, orjson.OPT_UTC_Z).decode()


def array(values: Iterable[object]) -> Iterator[str]:
    """The items of a JSON array, with commas between, without its brackets."""
    comma = ""
    for value in values:
        yield comma + dumps(value)
        comma = ",\n"
