"""What an import puts on lists of one's own: nothing that is on one is changed."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from animecollections.db.ids import new_id
from collections_app.imports.models import ImportPlan, ImportRow
from collections_app.own_lists.edit import ListsEdit
from collections_app.own_lists.models import MOST_ITEMS, MOST_LISTS, ListItem, OwnList
from collections_app.own_lists.rules import with_lists
from collections_app.own_lists.values import Row

TOO_MANY = "Not everything was put on lists: there would be too many lists or titles."


def lists_with(user_id: UUID, anime_ids: Collection[int]) -> Mapping[int, set[str]]:
    """The names of the lists that each title is on; two statements."""
    names = dict(OwnList.objects.of(user_id).values_list("id", "name"))
    items = ListItem.objects.of(user_id).of_anime(anime_ids)
    found: dict[int, set[str]] = {}
    for anime_id, list_id in items.values_list("anime_id", "list_id"):
        found.setdefault(anime_id, set()).add(names.get(list_id, ""))
    return found


def put_on_lists(
    edit: ListsEdit, planned: ImportPlan, rows: Iterable[ImportRow]
) -> bool:
    """Each title at the end of the lists that have it in the file, or where it stands
    there, on a list that the import makes. False where it was too much.
    """
    said = [(row.anime_id or 0, row.record.get("lists", ())) for row in rows]
    said = [(anime_id, places) for anime_id, places in said if places]
    smart = [one for one in planned.lists if one.get("rules")]
    if not said and not smart:
        return True
    edit.read_lists()
    there = manual_ones(edit)
    names = {place["name"] for _, places in said for place in places}
    edit.read_items(
        {
            (there[place["name"]]["id"], anime_id)
            for anime_id, places in said
            for place in places
            if place["name"] in there
        }
    )
    edit.read_orders([there[name]["id"] for name in names if name in there])
    about = {one["name"]: one for one in planned.lists if not one.get("rules")}
    made: dict[str, Row] = {}
    results = [
        put(edit, there, made, about, anime_id, place)
        for anime_id, places in said
        for place in places
    ]
    return make_smart(edit, smart) and all(results)


def manual_ones(edit: ListsEdit) -> dict[str, Row]:
    return {row["name"]: row for row in edit.lists.values() if not row["rules"]}


def make_smart(edit: ListsEdit, smart: Iterable[Row]) -> bool:
    """Those whose name no smart list has yet; their rules call lists by name."""
    names = {row["name"] for row in edit.lists.values() if row["rules"]}
    ids = {name: str(row["id"]) for name, row in manual_ones(edit).items()}
    new = {one["name"]: one for one in smart if one["name"] not in names}
    room = MOST_LISTS - len(edit.lists)
    for one in list(new.values())[:room]:
        edit.make(one | {"rules": with_lists(one["rules"], ids)})
    return len(new) <= room


def put(
    edit: ListsEdit,
    there: Mapping[str, Row],
    made: dict[str, Row],
    about: Mapping[str, Row],
    anime_id: int,
    place: Row,
) -> bool:
    name = place["name"]
    row = there.get(name) or made.get(name)
    if row is None:
        if len(edit.lists) >= MOST_LISTS:
            return False
        row = made[name] = edit.make({"name": name} | dict(about.get(name, {})))
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
    if name in made and place["rank"]:
        edit.lay(item | {"rank": place["rank"]})
    else:
        edit.make_room(item, None)
    return True
