"""Lists of one's own in our own JSON: each title says on which it is, and where.

    "lists": [{"name": "With Anna", "rank": "V00G", "notes": "Sundays"}]

and at the head of the file each list says of itself what it is.
"""

from collections.abc import Iterable, Mapping

from collections_app.own_lists.models import (
    LONGEST_DESCRIPTION,
    LONGEST_ITEM_NOTES,
    LONGEST_NAME,
    MOST_LISTS,
)
from collections_app.own_lists.orderings import wrong_ordering
from collections_app.own_lists.ranks import is_rank
from collections_app.own_lists.values import SAID_OF_LISTS, Row

from . import list_json, reading
from .records import RowError

WHAT = "lists"


def to_json(places: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """The lists that a title is on."""
    names = ("name", "rank", "notes")
    return [{name: place[name] for name in names} for place in places]


def from_json(value: object) -> list[Row]:
    places = [place_of(list_json.fields(row)) for row in list_json.items(value)]
    if len(places) > MOST_LISTS:
        raise RowError(f"{WHAT} has more than {MOST_LISTS:,} rows.")
    return list({place["name"]: place for place in places}.values())


def place_of(said: Row) -> Row:
    rank = said.get("rank")
    return {
        "name": name_of(said.get("name")),
        "rank": rank if isinstance(rank, str) and is_rank(rank) else "",
        "notes": reading.notes(said.get("notes"), f"{WHAT} (notes)")[
            :LONGEST_ITEM_NOTES
        ],
    }


def name_of(said: object) -> str:
    name = " ".join(reading.plain(said, f"{WHAT} (name)").split())[:LONGEST_NAME]
    if not name:
        raise RowError(f"{WHAT}: one has no name.")
    return name


def about_to_json(lists: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """What each list says of itself."""
    return [{name: row[name] for name in SAID_OF_LISTS} for row in lists]


def lost(lists: Iterable[Mapping[str, object]], is_ours: bool) -> int:
    """How many do not come back from a file: our own JSON tells lists apart by their
    names, and those without titles nobody asks for; other formats have none.
    """
    lists = list(lists)
    kept = {row["name"] for row in lists if row["size"]} if is_ours else ()
    return len(lists) - len(kept)


def about_from_json(value: object) -> list[Row]:
    """Those that can be read; what is wrong in one is as if it were not said."""
    said = [
        one
        for one in (value if isinstance(value, list) else [])
        if isinstance(one, dict)
    ]
    return [found for one in said[:MOST_LISTS] if (found := about_of(one))]


def about_of(said: Row) -> Row | None:
    try:
        name = name_of(said.get("name"))
        description = reading.notes(said.get("description"), f"{WHAT} (description)")
    except RowError:
        return None
    ordering = said.get("ordering")
    is_known = isinstance(ordering, str) and ordering and not wrong_ordering(ordering)
    return {
        "name": name,
        "description": description[:LONGEST_DESCRIPTION],
        "ordering": ordering if is_known else "",
        "leave_when_completed": said.get("leave_when_completed") is True,
        "pinned": said.get("pinned") is True,
    }
