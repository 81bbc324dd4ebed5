"""A flat JSON array of objects: a table whose header is the keys.

    [{"title": "Cowboy Bebop", "status": "Completed", "score": 9}, …]

The array may lie under a key, and an object may hold the title's part of a row
(`{"show": {"title", "ids"}}`).
"""

import csv
import io
from typing import Any

from . import foreign, list_json
from .records import ListFile, WrongFile
from .table import MOST_COLUMNS

LABEL = "JSON"
# Keys under which lists lie, and those of parts that belong to their row.
LISTS = (
    "data", "anime", "animes", "animelist", "anime_list", "list", "entries", "items",
    "results", "watchlist", "library", "rows",
)  # fmt: skip
PARTS = ("anime", "show", "movie", "media", "ids")
SAMPLE = 100


def recognises(document: Any) -> bool:
    return _rows(document) is not None


def _rows(document: Any) -> list[Any] | None:
    found = [document]
    if isinstance(document, dict):
        found = [document.get(name) for name in LISTS]
        found += [list_json.child(document, "data", name) for name in LISTS]
    for rows in found:
        sample = [
            row for row in list_json.items(rows)[:SAMPLE] if isinstance(row, dict)
        ]
        if any(foreign.is_header(list(_flat(row))) for row in sample):
            return list(rows)
    return None


def read(document: Any, scale: str | None = None) -> ListFile:
    """Raises WrongFile if there is no anime in it."""
    rows = [_flat(row) for row in _rows(document) or []]
    header = list(dict.fromkeys(name for row in rows for name in row))
    if len(header) > MOST_COLUMNS:
        raise WrongFile(f"This table has more than {MOST_COLUMNS} columns.")
    lines = [[_cell(row.get(name)) for name in header] for row in rows]
    file = foreign.read(foreign.Table(header, lines), LABEL, scale)
    file.shape = "json"
    return file


def _flat(row: Any) -> dict[str, Any]:
    """A row's fields, with those of the objects that are parts of it; what is no row
    has none.
    """
    if not isinstance(row, dict):
        return {}
    flat = dict(row)
    for name in PARTS:
        if isinstance(part := flat.get(name), dict):
            del flat[name]
            flat = part | flat
    return flat


def _cell(value: Any) -> str:
    """A value as a table has it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return _joined(value)
    return list_json.dumps(value) if isinstance(value, dict | list) else str(value)


def _joined(words: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(words)
    return out.getvalue().rstrip("\r\n")
