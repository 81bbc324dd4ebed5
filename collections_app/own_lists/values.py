"""A list and an item as plain values: for the log, for answers. No database."""

import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from collections_app.own_lists.rules import kind_of

Row = dict[str, Any]
# What is a person's own of a list, and of an item. Files have no audience: one that
# came from somebody else would show a list to others.
SAID_OF_LISTS = (
    "name", "description", "ordering", "rules", "leave_when_completed", "pinned",
)  # fmt: skip
LIST_FIELDS = (*SAID_OF_LISTS, "audience")
ITEM_FIELDS = ("rank", "notes")
LIST_COLUMNS = (
    "id", *LIST_FIELDS, "client_key", "created_at", "updated_at", "revision", "size",
    "items_revision",
)  # fmt: skip
ITEM_COLUMNS = ("id", "list_id", "anime_id", *ITEM_FIELDS, "added_at", "revision")
NEW_LIST: Row = {
    "description": "",
    "ordering": "",
    "rules": {},
    "leave_when_completed": False,
    "pinned": False,
    "audience": "nobody",
}


@lru_cache(maxsize=4096)  # the rows of a file say the same few names
def folded(name: str) -> str:
    """A name as names are compared: case, width and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def list_snapshot(row: Row) -> Row:
    """All of a list as JSON, for the change log: enough to bring it back."""
    kept = {name: row[name] for name in (*LIST_FIELDS, "client_key")}
    return {"id": str(row["id"]), "created_at": row["created_at"].isoformat(), **kept}


def with_new_fields(kept: Row) -> Row:
    """A snapshot, also of a list that had fewer fields then; {} of none."""
    return kept and NEW_LIST | kept


def list_from_snapshot(kept: Row) -> Row:
    kept = with_new_fields(kept)
    row = {name: kept[name] for name in (*LIST_FIELDS, "client_key")}
    times = {"created_at": datetime.fromisoformat(kept["created_at"])}
    empty = {"revision": 0, "size": 0, "items_revision": 0}
    return {"id": UUID(kept["id"]), **row, **times, "updated_at": None, **empty}


def item_snapshot(row: Row, list_name: str) -> Row:
    """The same of an item; `list` is what its list was called then."""
    return {
        "id": str(row["id"]),
        "list_id": str(row["list_id"]),
        "list": list_name,
        "anime_id": row["anime_id"],
        "added_at": row["added_at"].isoformat(),
        **{name: row[name] for name in ITEM_FIELDS},
    }


def item_from_snapshot(kept: Row) -> Row:
    return {
        "id": UUID(kept["id"]),
        "list_id": UUID(kept["list_id"]),
        "anime_id": kept["anime_id"],
        "added_at": datetime.fromisoformat(kept["added_at"]),
        "revision": 0,
        **{name: kept[name] for name in ITEM_FIELDS},
    }


def list_to_json(row: Row) -> Row:
    """A list as the API answers it."""
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "kind": kind_of(row["rules"]),
        "rules": row["rules"] or None,
        "ordering": row["ordering"] or None,
        "leave_when_completed": row["leave_when_completed"],
        "pinned": row["pinned"],
        "audience": row["audience"],
        "client_key": row["client_key"] or None,
        "size": None if row["rules"] else row["size"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "revision": row["revision"],
        "items_revision": row["items_revision"],
    }


def item_to_json(row: Row) -> Row:
    """What a list says of one title."""
    return {
        "list_id": row["list_id"],
        "anime_id": str(row["anime_id"]),
        **{name: row[name] for name in (*ITEM_FIELDS, "added_at", "revision")},
    }
