"""Lists of one's own in files. In our own JSON each title says on which it is, where:

    "lists": [{"name": "With Anna", "rank": "V00G", "notes": "Sundays"}]

and at the head of the file each list says of itself what it is. AniList's files have
only the names.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from collections_app.own_lists.models import (
    LONGEST_DESCRIPTION,
    LONGEST_ITEM_NOTES,
    LONGEST_NAME,
    MOST_LISTS,
)
from collections_app.own_lists.orderings import wrong_ordering
from collections_app.own_lists.ranks import is_rank
from collections_app.own_lists.rules import RulesError, lists_named, with_lists
from collections_app.own_lists.values import SAID_OF_LISTS, Row, folded
from collections_app.watch_list.smart_lists import PARAMETERS_IN_FILES, checked

from . import list_json, reading
from .records import Kept, RowError

WHAT = "lists"
Named = tuple[str, bool]  # a folded name, and whether it is a smart list's
KEYS = ("id", "client_key")


def to_json(places: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """The lists that a title is on."""
    names = ("name", "rank", "notes")
    return [{name: place[name] for name in names} for place in places]


def from_json(value: object) -> list[Row]:
    return each_once(place_of(list_json.fields(row)) for row in list_json.items(value))


def named(names: Iterable[object]) -> list[Row]:
    """Of a file that says only which lists a title is on."""
    return each_once(place_of({"name": name}) for name in names)


def each_once(places: Iterable[Row]) -> list[Row]:
    found = {folded(place["name"]): place for place in places}
    if len(found) > MOST_LISTS:
        raise RowError(f"{WHAT} has more than {MOST_LISTS:,} rows.")
    return list(found.values())


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
    """What each list says of itself. Rules call lists by their names: their ids are
    others where the file is imported.
    """
    lists = list(lists)
    names = {str(row[key]): str(row["name"]) for row in lists for key in KEYS}
    return [
        {name: row[name] for name in SAID_OF_LISTS}
        | {"rules": with_lists(row["rules"], names)}
        for row in lists
    ]


def names_with_titles(lists: Iterable[Mapping[str, Any]]) -> set[Named]:
    """The lists that come back from our own JSON: it tells them apart by their names;
    manual ones without titles nobody asks for, nor smart ones whose rules name such.
    """
    lists = list(lists)
    there = {folded(row["name"]) for row in lists if row["size"]}
    smart = {
        folded(one["name"])
        for one in about_from_json(about_to_json(lists))
        if one["rules"]
        and all(folded(name) in there for _, name in lists_named(one["rules"]))
    }
    return {(name, False) for name in there} | {(name, True) for name in smart}


def names_of(entries: Iterable[Kept]) -> set[Named]:
    """The lists that come back from a file of entries that says on which they are."""
    return {
        (folded(place["name"]), False) for entry in entries for place in entry.lists
    }


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
        sent = said.get("rules")
        rules = checked(sent, PARAMETERS_IN_FILES) if sent else {}
    except (RowError, RulesError):
        return None
    ordering = said.get("ordering")
    is_known = isinstance(ordering, str) and ordering and not wrong_ordering(ordering)
    return {
        "name": name,
        "description": description[:LONGEST_DESCRIPTION],
        "ordering": ordering if is_known else "",
        "rules": rules,
        "leave_when_completed": said.get("leave_when_completed") is True and not rules,
        "pinned": said.get("pinned") is True,
    }
