"""Which episodes were watched and which skipped, in our own files.

In JSON {"watched": "1-12,14", "skipped": "13"}; in a cell "watched 1-12,14; skipped
13"; nothing where progress says it all.
"""

from collections.abc import Mapping
from typing import Any

from collections_app.watch_list.episode_ranges import (
    Said,
    Seen,
    from_json,
    from_text,
    minus,
    text_for_people,
)

from . import list_json
from .records import RowError

WHAT = "episode_ranges"


def to_json(row: Mapping[str, Any]) -> dict[str, str] | None:
    return Seen.of(row).to_json()


def to_cell(row: Mapping[str, Any]) -> str:
    return text_for_people(row)


def from_cell(text: str) -> dict[str, str] | None:
    try:
        return from_text(text)
    except ValueError:
        raise RowError(f"{WHAT}: these are not episodes such as 1-12,14.") from None


def columns_of(value: object, progress: int) -> dict[str, Any]:
    """Progress, and what it does not say; a file that contradicts itself is refused."""
    try:
        said = from_json(list_json.fields(value)) if value else Said()
    except ValueError:
        raise RowError(f"{WHAT}: these are not episodes such as 1-12,14.") from None
    skipped = said.skipped or ()
    ahead = minus(said.watched or (), skipped)
    return Seen(progress, ahead, skipped).settled().columns
