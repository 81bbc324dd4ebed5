"""`fields=id,title`: only these keys of what is answered."""

from collections.abc import Iterable
from typing import Any

from animecollections.api.errors import refuse
from animecollections.api.parameters import Wanted

Json = dict[str, Any]


def chosen_fields(wanted: Wanted, known: Iterable[str]) -> tuple[str, ...] | None:
    """The keys to answer, of those known; None for all."""
    text = wanted.get("fields")
    if not text:
        return None
    fields = tuple(dict.fromkeys(text.split(",")))
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise refuse(
            fields=f"“{unknown[0][:50]}” is unknown. Choose from {', '.join(known)}."
        )
    return fields


def only(fields: tuple[str, ...] | None, data: list[Json]) -> list[Json]:
    if fields is None:
        return data
    # One that an item does not have (an optional one) is not there.
    return [{name: item[name] for name in fields if name in item} for item in data]
