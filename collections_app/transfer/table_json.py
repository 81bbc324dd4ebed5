"""Flat JSON arrays of objects: a table whose header is the keys.

    [{"title": "Cowboy Bebop", "status": "Completed", "score": 9}, …]
    {"Watching": [{"name", "link"}], "Completed": […]}

Arrays may be under keys, which may say the status of their rows or what they are of. An
object may hold the title's part of a row (`{"show": {"title", "ids"}}`).
"""

import csv
import io
import json

from . import foreign, list_json, reading
from .records import ListFile, UnsupportedFileError
from .table import MOST_COLUMNS

LABEL = "JSON"
# Keys of parts that belong to their row.
PARTS = ("anime", "show", "movie", "media", "ids")
SAMPLE = 100


def recognises(document: object) -> bool:
    return _rows(document) is not None


def _rows(document: object) -> list[object] | None:
    if isinstance(document, list):
        return document if _is_table(document) else None
    for parent in (document, list_json.child(document, "data")):
        if not isinstance(parent, dict):
            continue
        lists = {name: rows for name, rows in parent.items() if _is_table(rows)}
        if lists.keys() == {"watchlist"}:  # of all statuses, as often as of one
            return list(lists["watchlist"])
        if lists:
            return [_named(row, name) for name, rows in lists.items() for row in rows]
    return None


def _is_table(rows: object) -> bool:
    sample = (row for row in list_json.items(rows)[:SAMPLE] if isinstance(row, dict))
    return any(foreign.is_header(list(_flat(row))) for row in sample)


def _named(row: object, name: str) -> object:
    """A row with what the key of its list says: its status, or what it is of."""
    if not isinstance(row, dict):
        return row
    said = "status" if foreign.are_statuses([name]) else "category"
    return {said: name} | row


def read(document: object, scale: str | None = None) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    file = foreign.read(table_of(document), LABEL, scale)
    file.shape = "json"
    return file


def table_of(document: object) -> foreign.Table:
    """One row more than are read, so that it is said. A document may have a million,
    each of which takes a cell of each column.
    """
    some = (_rows(document) or [])[: reading.MOST_ROWS + 1]
    rows = [_flat(row) for row in some]
    header = list(dict.fromkeys(name for row in rows for name in row))
    if len(header) > MOST_COLUMNS:
        raise UnsupportedFileError(f"This table has more than {MOST_COLUMNS} columns.")
    lines = [[_cell(row.get(name)) for name in header] for row in rows]
    return foreign.Table(header, lines)


def _flat(row: object) -> dict[str, object]:
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


def _cell(value: object) -> str:
    """A value as a table has it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return _joined(value)
    if isinstance(value, dict | list):
        # Not by orjson: what cannot be stored is to refuse its row alone.
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _joined(words: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(words)
    return out.getvalue().rstrip("\r\n")
