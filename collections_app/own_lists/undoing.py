"""Changes of lists taken back, as far as their values still stand."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from collections_app.catalogue.lookup import resolve
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.own_lists.edit import ListsEdit, differences
from collections_app.own_lists.models import MOST_ITEMS, MOST_LISTS
from collections_app.own_lists.values import (
    LIST_FIELDS,
    NEW_LIST,
    Row,
    item_from_snapshot,
    list_from_snapshot,
    with_new_fields,
)
from history.models import Change, ChangeKind

LIST_KINDS = (ChangeKind.LIST, ChangeKind.LIST_ITEM)
Conflict = dict[str, Any]


def put_back(edit: ListsEdit, changes: Iterable[Change]) -> list[Conflict]:
    """Those of one operation, newest first; what has changed since, and stays."""
    changes = [change for change in changes if change.kind in LIST_KINDS]
    if not changes:
        return []
    titles = read_for(edit, changes)
    return [
        conflict
        for change in changes
        for conflict in (
            put_back_list(edit, change.before, change.after)
            if change.kind == ChangeKind.LIST
            else put_back_item(edit, change.before, change.after, titles)
        )
    ]


def changes_audience(edit: ListsEdit) -> bool:
    """Whether others will see a list that they do not see now, or the other way."""
    before = edit.before or {}
    return any(
        row["audience"] != before.get(id_, NEW_LIST)["audience"]
        for id_, row in edit.lists.items()
    )


def read_for(edit: ListsEdit, changes: Iterable[Change]) -> dict[int, int]:
    """The lists and items that these are about; three statements. What the titles mean
    by now.
    """
    edit.read_lists()
    said = [change.before or change.after for change in changes]
    of_items = [one for one in said if "list_id" in one]
    titles = titles_now(one["anime_id"] for one in of_items)
    edit.read_items(
        {
            (UUID(one["list_id"]), titles[one["anime_id"]])
            for one in of_items
            if one["anime_id"] in titles
        }
    )
    return titles


def titles_now(ids: Iterable[int]) -> dict[int, int]:
    """What each of these means by now, for titles are merged; without those that mean
    none.
    """
    found = resolve(AnimeRef(OWN, str(id_)) for id_ in ids)
    return {ref.number: id_ for ref, id_ in found.items()}


def put_back_list(edit: ListsEdit, was: Row, became: Row) -> Iterator[Conflict]:
    was, became = map(with_new_fields, (was, became))
    id_ = UUID((was or became)["id"])
    now = edit.lists.get(id_)
    if not became:
        if now is None and (number := len(edit.lists)) >= MOST_LISTS:
            yield conflict(was["name"], "lists", None, number)
        elif now is None:
            keys = {row["client_key"] for row in edit.lists.values()}
            key = "" if was["client_key"] in keys else was["client_key"]
            edit.bring_back(list_from_snapshot(was) | {"client_key": key})
    elif now is None:
        if was:
            yield conflict(became["name"], "list", became["name"], None)
    elif not was:
        yield from take_away(edit, now, became)
    else:
        for name in LIST_FIELDS:
            if was[name] == became[name]:
                continue
            if now[name] == became[name]:
                now[name] = was[name]
            else:
                yield conflict(now["name"], name, became[name], now[name])


def take_away(edit: ListsEdit, now: Row, became: Row) -> Iterator[Conflict]:
    """A list that the operation made, unless it has been changed or filled since."""
    changed = [name for name in LIST_FIELDS if now[name] != became[name]]
    for name in changed:
        yield conflict(now["name"], name, became[name], now[name])
    if now["size"]:
        yield conflict(now["name"], "size", 0, now["size"])
    elif not changed:
        edit.remove(now)


def put_back_item(
    edit: ListsEdit, before: Row, became: Row, titles: Mapping[int, int]
) -> Iterator[Conflict]:
    said = before or became
    list_id, id_ = UUID(said["list_id"]), said["anime_id"]
    row, title = edit.lists.get(list_id), titles.get(id_)
    if row is None or title is None:
        if before:
            missing = ("list", said["list"]) if row is None else ("title", id_)
            yield conflict(said["list"], *missing, None, id_)
        return
    place, as_now = (list_id, title), {"anime_id": title}
    was = before and before | as_now
    now = edit.item(place)
    if not became:
        yield from bring_back(edit, item_from_snapshot(was), now, said["list"])
    elif now is None:
        if was:
            yield conflict(said["list"], "title", title, None, title)
    elif not was:
        found = differences(item_from_snapshot(became), now)
        yield from (still(name, became, now) for name in found)
        if not found:
            edit.take_off(place)
    else:
        yield from restore_item(edit, was, became, now)


def bring_back(
    edit: ListsEdit, item: Row, now: Row | None, list_name: str
) -> Iterator[Conflict]:
    """One that was taken off, unless its title is there again, or the list is full."""
    if now is not None:
        for name in differences(item, now):
            yield conflict(list_name, name, None, now[name], now["anime_id"])
    elif (size := edit.lists[item["list_id"]]["size"]) >= MOST_ITEMS:
        yield conflict(list_name, "size", None, size, item["anime_id"])
    else:
        edit.lay(item)


def restore_item(
    edit: ListsEdit, was: Row, became: Row, now: Row
) -> Iterator[Conflict]:
    back = dict(now)
    for name in differences(was, became):
        if now[name] == became[name]:
            back[name] = was[name]
        else:
            yield still(name, became, now)
    edit.lay(back)


def still(name: str, became: Row, now: Row) -> Conflict:
    return conflict(became["list"], name, became[name], now[name], now["anime_id"])


def conflict(
    list_name: str,
    field: str,
    expected: object,
    found: object,
    anime_id: int | None = None,
) -> Conflict:
    return {
        "anime_id": None if anime_id is None else str(anime_id),
        "title": list_name,
        "field": field,
        "expected": expected,
        "found": found,
    }
