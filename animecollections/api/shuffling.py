"""`ordering=random`: an order without meaning that pages can follow.

Each row gets a number by its id and a seed, on both databases alike; the same seed is
the same order. Where nobody names one, it is that of the day.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.models import BigIntegerField, F, Value
from django.db.models.functions import Cast

from animecollections.api.parameters import Parameter, Wanted
from animecollections.api.schema import query

RANDOM = "random"
MOST = 2**31 - 1  # a prime, whose square fits into a column
SEED: Parameter = query(
    "seed",
    int,
    f"With `ordering={RANDOM}`: another number is another order. That of the day, if "
    "absent.",
    minimum=0,
    maximum=MOST - 2,
)


def is_shuffled(wanted: Wanted) -> bool:
    names = (wanted.get("ordering") or "").split(",")
    return any(name.removeprefix("-") == RANDOM for name in names)


def seed_of(wanted: Wanted) -> int:
    seed: int = wanted.get("seed", datetime.now(UTC).date().toordinal())
    return seed


def shuffle_tag(wanted: Wanted) -> int | None:
    """For an ETag: without a seed the order is another one tomorrow."""
    return seed_of(wanted) if is_shuffled(wanted) else None


def with_random(rows: Any, wanted: Wanted, path: str) -> Any:
    """Each with its number, `random`, by the id at `path`; where it is asked for.

    A square modulo a prime: products alone would keep neighbours in steps.
    """
    if not is_shuffled(wanted):
        return rows
    step = 1 + seed_of(wanted) * 40_503 % (MOST - 1)
    turned = Cast(F(path), BigIntegerField()) * number(step) % number(MOST)
    mixed = (turned + number(step)) % number(MOST)
    return rows.alias(random=mixed * mixed % number(MOST))


def number(value: int) -> Value:
    return Value(value, output_field=BigIntegerField())
