"""Lists of one's own that an import makes or adds to. Nothing on one is changed.

The plan offers the lists that its file names, and the tags of its entries. What is a
list there (our own JSON, AniList's custom lists) is taken unless the user leaves it
out; a tag becomes a list only where the user says so, for many people have hundreds.
Tags stay tags in either case. A list of that name that is here already gets the titles.
A smart list of our own JSON is made where no smart list has its name, and all lists
that its rules name are here: without one of them it would find something else.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from animecollections.api.errors import refuse
from animecollections.db.ids import new_id
from collections_app.imports.models import ImportPlan, ImportRow
from collections_app.own_lists.edit import ListsEdit
from collections_app.own_lists.models import (
    LONGEST_NAME,
    MOST_ITEMS,
    MOST_LISTS,
    ListItem,
    OwnList,
)
from collections_app.own_lists.rules import lists_named as lists_in
from collections_app.own_lists.rules import with_lists
from collections_app.own_lists.values import SAID_OF_LISTS, Row, folded
from collections_app.transfer.records import OWNED_TAG, ListFile, Record

TOO_MANY = "Not everything was put on lists: there would be too many lists or titles."
NOT_MADE = "The smart list “{name}” was not made: there is no list “{list}” here."
MOST_TAGS = 100  # that are offered: those of the most titles
LIST, TAG, SMART = "list", "tag", "smart"

# --- What is offered ------------------------------------------------------------------


def offers_of(file: ListFile) -> list[Row]:
    """The lists of a file as the plan has them; of two names that fold to one, one."""
    names: dict[str, str] = {}
    of_lists, of_tags = Counter[str](), Counter[str]()
    for record in file.rows:
        if isinstance(record, Record):
            places = places_of(record.lists, record.values.get("tags", ()))
            for key, place in places.items():
                names.setdefault(key, place["name"])
                (of_lists if place["kind"] == LIST else of_tags)[key] += 1
    about, smart = (
        {
            folded(one["name"]): one
            for one in reversed(file.lists)
            if bool(one.get("rules")) == is_smart
        }
        for is_smart in (False, True)
    )
    lists = [
        about.get(key, {}) | offer(names[key], LIST, titles)
        for key, titles in of_lists.most_common(MOST_LISTS)
    ]
    tags = [one for one in of_tags.most_common() if one[0] not in of_lists]
    return [
        *lists,
        *(one | offer(one["name"], SMART, 0) for one in smart.values()),
        *(offer(names[key], TAG, titles) for key, titles in tags[:MOST_TAGS]),
    ]


def offer(name: str, kind: str, titles: int) -> Row:
    """is_taken: whether the import puts titles on it; list_id: the one that is here."""
    is_taken = kind != TAG
    return {
        "name": name,
        "kind": kind,
        "titles": titles,
        "is_taken": is_taken,
        "list_id": None,
    }


def places_of(lists: Iterable[Row], tags: Iterable[str]) -> dict[str, Row]:
    """Where a row may be put, by folded name."""
    found: dict[str, Row] = {}
    for tag in tags:
        name = " ".join(tag.split())[:LONGEST_NAME].strip()
        if tag != OWNED_TAG and name:
            place = {"name": name, "rank": "", "notes": "", "kind": TAG}
            found.setdefault(folded(name), place)
    return found | {folded(one["name"]): one | {"kind": LIST} for one in lists}


def is_offered(one: Mapping[str, object]) -> bool:
    """Plans of earlier releases only have what their lists say of themselves."""
    return "kind" in one


def choose(planned: ImportPlan, choices: Mapping[str, bool]) -> set[str]:
    """Takes lists or leaves them out, by name; the folded names of those that changed.

    400 for a name that the plan does not have.
    """
    offers: dict[str, list[Row]] = {}
    for one in filter(is_offered, planned.lists):
        offers.setdefault(folded(one["name"]), []).append(one)
    chosen = {folded(name): is_taken for name, is_taken in choices.items()}
    if unknown := [name for name in choices if folded(name) not in offers]:
        raise refuse(lists=f"The plan has no list “{unknown[0][:50]}”.")
    changed = set()
    for key, is_taken in chosen.items():
        for one in offers[key]:
            if one["is_taken"] != is_taken:
                one["is_taken"] = is_taken
                changed.add(key)
    return changed


# --- What is taken, and what is here --------------------------------------------------


class PlannedLists:
    """The places on lists that a plan gives its rows."""

    def __init__(self, planned: ImportPlan) -> None:
        self.smart = [one for one in planned.lists if one.get("rules")]
        self.offers = {
            folded(one["name"]): one for one in planned.lists if not one.get("rules")
        }
        self.names = {key: one["name"] for key, one in self.offers.items()}

    def places(self, lists: Iterable[Row], tags: Iterable[str]) -> dict[str, Row]:
        places = places_of(lists, tags)
        return {key: one for key, one in places.items() if self.is_taken(key, one)}

    def is_taken(self, key: str, place: Row) -> bool:
        said = self.offers.get(key)
        if place["kind"] == LIST:
            return said is None or said.get("is_taken", True)
        return said is not None and said.get("kind") == TAG and said["is_taken"]

    def about(self, key: str) -> Row:
        said = self.offers.get(key, {})
        return {name: said[name] for name in SAID_OF_LISTS if name in said}

    def find(self, lists: Iterable[tuple[str, UUID]]) -> dict[str, UUID]:
        """Of each folded name the list: the one that is called exactly as in the file,
        else the oldest.
        """
        found: dict[str, UUID] = {}
        best_first = sorted(
            (self.names.get(folded(name)) != name, id_, folded(name))
            for name, id_ in lists
        )
        for _, id_, key in best_first:
            found.setdefault(key, id_)
        return found


def lists_named(planned: ImportPlan) -> dict[str, UUID]:
    """The user's lists by folded name; one statement. The plan keeps which it joins."""
    lists = [*OwnList.objects.of(planned.user_id).values_list("name", "id", "rules")]
    plans = PlannedLists(planned)
    found = plans.find((name, id_) for name, id_, rules in lists if not rules)
    smart = {folded(name): id_ for name, id_, rules in lists if rules}
    for one in filter(is_offered, planned.lists):
        there = (smart if one.get("rules") else found).get(folded(one["name"]))
        one["list_id"] = str(there) if there else None
    return found


def lists_with(user_id: UUID, anime_ids: Collection[int]) -> Mapping[int, set[UUID]]:
    """The lists that each title is on; one statement."""
    found: dict[int, set[UUID]] = {}
    items = ListItem.objects.of(user_id).of_anime(anime_ids)
    for anime_id, list_id in items.values_list("anime_id", "list_id"):
        found.setdefault(anime_id, set()).add(list_id)
    return found


# --- What is done ---------------------------------------------------------------------


def said_of(row: ImportRow) -> tuple[Sequence[Row], Sequence[str]]:
    """What a row says of lists, and its tags."""
    record: Mapping[str, Any] = row.record
    return record.get("lists", ()), record.get("values", {}).get("tags", ())


def put_on_lists(
    edit: ListsEdit, planned: ImportPlan, rows: Iterable[ImportRow]
) -> list[str]:
    """Each title at the end of the lists that the plan takes, or where it stands in the
    file, on a list that the import makes. What was not done, in sentences.
    """
    plans = PlannedLists(planned)
    said = [(row.anime_id or 0, plans.places(*said_of(row))) for row in rows]
    said = [(anime_id, places) for anime_id, places in said if places]
    if not said and not plans.smart:
        return []
    edit.read_lists()
    there = plans.find(manual_ones(edit))
    joined = {key: there[key] for _, places in said for key in places if key in there}
    edit.read_items(
        {
            (joined[key], anime_id)
            for anime_id, places in said
            for key in places
            if key in joined
        }
    )
    edit.read_orders(set(joined.values()))
    made: dict[str, Row] = {}
    results = [
        put(edit, joined, made, plans.about(key), anime_id, place)
        for anime_id, places in said
        for key, place in places.items()
    ]
    not_made = make_smart(edit, plans)
    return not_made if all(results) else [*dict.fromkeys((TOO_MANY, *not_made))]


def manual_ones(edit: ListsEdit) -> list[tuple[str, UUID]]:
    return [(row["name"], row["id"]) for row in edit.lists.values() if not row["rules"]]


def make_smart(edit: ListsEdit, plans: PlannedLists) -> list[str]:
    """Those whose name no smart list has yet; their rules call lists by the names that
    these have in the file. What was not made, in sentences.
    """
    here = {folded(row["name"]) for row in edit.lists.values() if row["rules"]}
    new = [one for one in plans.smart if one.get("is_taken", True)]
    new = [one for one in new if folded(one["name"]) not in here]
    ids = plans.find(manual_ones(edit))
    not_made = []
    for one in new:
        names = [name for _, name in lists_in(one["rules"])]
        if missing := [name for name in names if folded(name) not in ids]:
            not_made.append(NOT_MADE.format(name=one["name"], list=missing[0]))
        elif len(edit.lists) >= MOST_LISTS:
            return [TOO_MANY, *not_made]
        else:
            said = {name: one[name] for name in SAID_OF_LISTS if name in one}
            by_id = {name: str(ids[folded(name)]) for name in names}
            edit.make(said | {"rules": with_lists(one["rules"], by_id)})
    return not_made


def put(
    edit: ListsEdit,
    joined: Mapping[str, UUID],
    made: dict[str, Row],
    about: Row,
    anime_id: int,
    place: Row,
) -> bool:
    key = folded(place["name"])
    row = edit.lists[joined[key]] if key in joined else made.get(key)
    if row is None:
        if len(edit.lists) >= MOST_LISTS:
            return False
        row = made[key] = edit.make({"name": place["name"]} | about)
    if edit.item((row["id"], anime_id)) is not None:
        return True
    if row["size"] >= MOST_ITEMS:
        return False
    item = {
        "id": new_id(),
        "list_id": row["id"],
        "anime_id": anime_id,
        "notes": place["notes"],
        "added_at": edit.record.at,
        "revision": 0,
    }
    if key in made and place["rank"]:
        edit.lay(item | {"rank": place["rank"]})
    else:
        edit.make_room(item, None)
    return True
