"""Lists of one's own as they are answered."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce, Greatest

from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.api.shuffling import with_random
from animecollections.api.sparse_fields import chosen_fields, only
from animecollections.identity import Account
from collections_app.catalogue import titles
from collections_app.catalogue.lengths import OTHERWISE_USUAL, USUAL_MINUTES
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.refs import parse_anime_id
from collections_app.catalogue.title_orders import with_names
from collections_app.catalogue.titles import COLUMNS, ENTRY_COLUMNS, entry_to_json
from collections_app.own_lists.models import ListItem, OwnList
from collections_app.own_lists.orderings import (
    DEFAULT_OF_SOURCE,
    DEFAULT_ORDERING,
    ORDERINGS,
    ORDERINGS_OF_TITLES,
)
from collections_app.own_lists.rules import source_of
from collections_app.own_lists.values import (
    ITEM_COLUMNS,
    LIST_COLUMNS,
    Row,
    item_to_json,
    list_to_json,
)
from collections_app.watch_list.models import EntryType
from collections_app.watch_list.smart_lists import in_time, titles_found

PER_PAGE = 100
NUMBER: IntegerField[int, int] = IntegerField()
KEPT_KEYS = tuple(item_to_json(dict.fromkeys(ITEM_COLUMNS)))
KEYS = (*KEPT_KEYS, "anime")
ROW = (
    *ITEM_COLUMNS,
    *(f"anime__{name}" for name in COLUMNS),
    *(f"entry__{name}" for name in ENTRY_COLUMNS),
)
ROW_OF_TITLE = (*COLUMNS, *(f"entry__{name}" for name in ENTRY_COLUMNS))


def lists_of(user_id: UUID, wanted: Wanted) -> list[Row]:
    """All of them, or those that a title is on; two statements at most."""
    rows = OwnList.objects.of(user_id).in_order()
    if text := wanted.get("animeId"):
        rows = rows.with_title(user_id, find_anime(parse_anime_id(text)).id)
    return [list_to_json(row) for row in rows.values(*LIST_COLUMNS)]


def items_of(account: Account, list_: Row, wanted: Wanted) -> tuple[list[Row], Row]:
    """A page of what is on a list, by one statement; and on the first page its
    progress, by another.
    """
    if list_["rules"]:
        return found_by(account, list_, wanted)
    rows = ListItem.objects.of(account.id).on(list_["id"]).with_entries(account.id)
    fields = chosen_fields(wanted, KEYS)
    is_plain = fields is not None and "anime" not in fields
    read: Any = rows.values_list(*(ITEM_COLUMNS if is_plain else ROW))
    default = list_["ordering"] or DEFAULT_ORDERING
    found, meta = a_page(
        with_names(read, "anime__"), wanted, ORDERINGS, default, "anime_id"
    )
    if not is_plain and "cursor" not in wanted:
        meta["progress"] = progress_of(rows, "anime__")
    shape = kept_to_json if is_plain else to_json
    return only(fields, [shape(row) for row in found]), meta


def found_by(account: Account, list_: Row, wanted: Wanted) -> tuple[list[Row], Row]:
    """The same of a smart list, or of one that is not saved: what its rules find."""
    rules = list_["rules"]
    fields = chosen_fields(wanted, KEYS)
    default = default_of(list_)
    with in_time(rules):
        found_titles = titles_found(
            rules,
            account.id,
            zone=account.timezone,
            hides_mature=account.hides_mature,
        )
        found, meta = a_page(
            with_names(found_titles.with_popularity()).values_list(*ROW_OF_TITLE),
            wanted,
            ORDERINGS_OF_TITLES,
            default,
            "pk",
        )
        if "cursor" not in wanted:
            meta["progress"] = progress_of(found_titles, "")
    items = [title_to_json(row, list_.get("id")) for row in found]
    return only(fields, items), meta


def default_of(list_: Row) -> str:
    """The order of a smart list. It has no ranks: where it asks for them among others,
    they are left out.
    """
    names = list_["ordering"].split(",") if list_["ordering"] else []
    kept = [name for name in names if name.removeprefix("-") in ORDERINGS_OF_TITLES]
    return ",".join(kept) or DEFAULT_OF_SOURCE[source_of(list_["rules"])]


def a_page(
    rows: Any, wanted: Wanted, orderings: Mapping[str, str], default: str, id_path: str
) -> tuple[list[Any], Row]:
    """One at random where that is asked for."""
    if "pick" in wanted:
        return list(rows.order_by("?")[:1]), {}
    wanted = {"ordering": default} | dict(wanted)
    shuffled = with_random(rows, wanted, id_path)
    return page(shuffled, wanted, orderings=orderings, default=default, limit=PER_PAGE)


def title_to_json(row: Sequence[object], list_id: UUID | None) -> Row:
    """One row of ROW_OF_TITLE as an item: it has no place, notes or time there."""
    anime = titles.to_json(row)
    anime["entry"] = entry_to_json(row[-len(ENTRY_COLUMNS) :])
    kept = {"list_id": list_id, "anime_id": anime["id"], "rank": None, "notes": ""}
    return kept | {"added_at": None, "revision": None, "anime": anime}


def kept_to_json(row: Sequence[object]) -> Row:
    return item_to_json(dict(zip(ITEM_COLUMNS, row, strict=False)))


def to_json(row: Sequence[object]) -> Row:
    """One row of ROW."""
    anime = titles.to_json(row[len(ITEM_COLUMNS) :])
    anime["entry"] = entry_to_json(row[-len(ENTRY_COLUMNS) :])
    return kept_to_json(row) | {"anime": anime}


def progress_of(rows: QuerySet[Any], path: str) -> dict[str, int]:
    """How far one is with the titles that rows lead to by this path."""
    is_done = Q(entry__type=EntryType.COMPLETED)
    watched = Coalesce("entry__progress", 0)
    left = Greatest(F(f"{path}episodes") - watched, 0, output_field=NUMBER)
    usual = [
        When(**{f"{path}format": name}, then=n) for name, n in USUAL_MINUTES.items()
    ]
    minutes = f"{path}episode_minutes"
    known = When(**{f"{minutes}__gt": 0}, then=minutes)
    length = Case(known, *usual, default=OTHERWISE_USUAL, output_field=NUMBER)
    found = rows.aggregate(
        done=Count("pk", filter=is_done),
        total=Count("pk"),
        minutes_left=Sum(left * length, filter=~is_done | Q(entry__id=None)),
    )
    return {name: number or 0 for name, number in found.items()}
