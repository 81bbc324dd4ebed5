"""JSON of any shape: which numbers of it are kept, and a writer for all that is there.

PostgreSQL keeps 1e20 as the integer 100000000000000000000, and Python reads it so; our
writer of JSON stops at 64 bits. A number like that, once kept, made every answer that
held it a 500. So no such number is let in, and those that are there are written as the
floats that they came as.
"""

from collections.abc import Callable, Mapping

import orjson

LARGEST_INTEGER = 2**63 - 1  # more, and neither SQLite nor our own JSON writer holds it
# A float beyond this comes back from PostgreSQL as another integer.
LARGEST_FLOAT = 2.0**53
# PostgreSQL writes every zero of 1e-300: 4 KB of such numbers are read back as 180 KB.
SMALLEST_FLOAT = 1e-18
NUMBER_NOT_KEPT = "The number {} is out of range: send it as a text."


def first_unkept(value: object) -> int | float | None:
    """The first number in it, however deep, that cannot be kept; None is the rule."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, int | float) and not is_kept(item):
            return item
    return None


def is_kept(number: float) -> bool:
    if isinstance(number, int):
        return abs(number) <= LARGEST_INTEGER
    return number == 0 or SMALLEST_FLOAT <= abs(number) <= LARGEST_FLOAT


def to_bytes(
    value: object, option: int = 0, *, default: Callable[[object], object] | None = None
) -> bytes:
    """JSON of whatever a database may hold, numbers kept before the rule included."""
    try:
        return orjson.dumps(value, option=option, default=default)
    except orjson.JSONEncodeError:
        return orjson.dumps(writable(value), option=option, default=default)


def writable(value: object) -> object:
    """The value with floats in the place of integers beyond 64 bits."""
    if isinstance(value, Mapping):
        return {name: writable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [writable(inner) for inner in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return float(value)
    return value
