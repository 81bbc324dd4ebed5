"""Every time through a title in our own files.

In JSON [{"number": 2, "state": "finished", "started_on": "2026-01", …, "where"}], in a
cell of a table the same.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from collections_app.watch_list.fields import LONGEST_NOTES, LONGEST_PLACE, shown

from . import episodes, list_json, reading
from .records import RowError

MOST = 1_000  # of one title
WHAT = "viewings"
STATES = ACTIVE, _, _ = "active", "finished", "dropped"

Viewing = dict[str, Any]


def to_json(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, object]]:
    return [
        {
            "number": row["number"],
            "state": row["state"],
            "started_on": shown("started_on", row["started_on"]),
            "finished_on": shown("finished_on", row["finished_on"]),
            "progress": row["progress"],
            "score": shown("score", row["score"]),
            "notes": row["notes"],
            "where": row["place"],
            **({"episode_ranges": told} if (told := episodes.to_json(row)) else {}),
        }
        for row in rows
    ]


def from_json(value: object) -> list[Viewing]:
    """RowError where one is none, or two have one number or are active."""
    rows = [viewing_of(list_json.fields(row)) for row in list_json.items(value)]
    if len(rows) > MOST:
        raise RowError(f"{WHAT} has more than {MOST:,} rows.")
    if len({row["number"] for row in rows}) < len(rows):
        raise RowError(f"{WHAT}: two have the same number.")
    if sum(row["state"] == ACTIVE for row in rows) > 1:
        raise RowError(f"{WHAT}: more than one is active.")
    return sorted(rows, key=lambda row: int(row["number"]))


def viewing_of(said: Mapping[str, Any]) -> Viewing:
    number = reading.number(said.get("number"), f"{WHAT} (number)")
    state = said.get("state")
    if not number or state not in STATES:
        raise RowError(f"{WHAT}: one has no number or no state.")
    place = reading.notes(said.get("where"), f"{WHAT} (where)")
    return {
        "number": number,
        "state": state,
        "started_on": reading.date_text(said.get("started_on"), f"{WHAT} (started_on)"),
        "finished_on": reading.date_text(
            said.get("finished_on"), f"{WHAT} (finished_on)"
        ),
        **episodes.columns_of(
            said.get("episode_ranges"),
            reading.number(said.get("progress"), f"{WHAT} (progress)") or 0,
        ),
        "score": reading.tenths(said.get("score"), f"{WHAT} (score)"),
        "notes": reading.notes(said.get("notes"), f"{WHAT} (notes)")[:LONGEST_NOTES],
        "place": " ".join(place.split())[:LONGEST_PLACE],
    }
