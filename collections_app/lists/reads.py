"""Lists of one's own as they are answered."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce, Greatest

from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.api.shuffling import with_random
from animecollections.api.sparse_fields import chosen_fields, only
from collections_app.catalogue import titles
from collections_app.catalogue.lengths import OTHERWISE_USUAL, USUAL_MINUTES
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.refs import parse_anime_id
from collections_app.catalogue.title_orders import with_names
from collections_app.catalogue.titles import COLUMNS, ENTRY_COLUMNS, entry_to_json
from collections_app.own_lists.models import ListItem, OwnList
from collections_app.own_lists.orderings import DEFAULT_ORDERING, ORDERINGS
from collections_app.own_lists.values import (
    ITEM_COLUMNS,
    LIST_COLUMNS,
    Row,
    item_to_json,
    list_to_json,
)
from collections_app.watch_list.models import EntryType

PER_PAGE = 100
NUMBER: IntegerField[int, int] = IntegerField()
KEPT_KEYS = tuple(item_to_json(dict.fromkeys(ITEM_COLUMNS)))
KEYS = (*KEPT_KEYS, "anime")
ROW = (
    *ITEM_COLUMNS,
    *(f"anime__{name}" for name in COLUMNS),
    *(f"entry__{name}" for name in ENTRY_COLUMNS),
)


def lists_of(user_id: UUID, wanted: Wanted) -> list[Row]:
    """All of them, or those that a title is on; two statements at most."""
    rows = OwnList.objects.of(user_id).in_order()
    if text := wanted.get("animeId"):
        rows = rows.with_title(user_id, find_anime(parse_anime_id(text)).id)
    return [list_to_json(row) for row in rows.values(*LIST_COLUMNS)]


def items_of(user_id: UUID, list_: Row, wanted: Wanted) -> tuple[list[Row], Row]:
    """A page of what is on a list, by one statement; and on the first page its
    progress, by another.
    """
    rows = ListItem.objects.of(user_id).on(list_["id"]).with_entries(user_id)
    fields = chosen_fields(wanted, KEYS)
    is_plain = fields is not None and "anime" not in fields
    read: Any = rows.values_list(*(ITEM_COLUMNS if is_plain else ROW))
    meta: Row = {}
    if "pick" in wanted:
        found = list(read.order_by("?")[:1])
    else:
        default = list_["ordering"] or DEFAULT_ORDERING
        wanted = {"ordering": default} | dict(wanted)
        found, meta = page(
            with_random(with_names(read, "anime__"), wanted, "anime_id"),
            wanted,
            orderings=ORDERINGS,
            default=default,
            limit=PER_PAGE,
        )
    if not is_plain and "cursor" not in wanted:
        meta["progress"] = progress_of(rows)
    shape = kept_to_json if is_plain else to_json
    return only(fields, [shape(row) for row in found]), meta


def kept_to_json(row: Sequence[object]) -> Row:
    return item_to_json(dict(zip(ITEM_COLUMNS, row, strict=False)))


def to_json(row: Sequence[object]) -> Row:
    """One row of ROW."""
    anime = titles.to_json(row[len(ITEM_COLUMNS) :])
    anime["entry"] = entry_to_json(row[-len(ENTRY_COLUMNS) :])
    return kept_to_json(row) | {"anime": anime}


def progress_of(rows: QuerySet[ListItem]) -> dict[str, int]:
    """How far one is with a list."""
    is_done = Q(entry__type=EntryType.COMPLETED)
    watched = Coalesce("entry__progress", 0)
    left = Greatest(F("anime__episodes") - watched, 0, output_field=NUMBER)
    usual = [When(anime__format=name, then=n) for name, n in USUAL_MINUTES.items()]
    known = When(anime__episode_minutes__gt=0, then="anime__episode_minutes")
    length = Case(known, *usual, default=OTHERWISE_USUAL, output_field=NUMBER)
    found = rows.aggregate(
        done=Count("pk", filter=is_done),
        total=Count("pk"),
        minutes_left=Sum(left * length, filter=~is_done | Q(entry__id=None)),
    )
    return {name: number or 0 for name, number in found.items()}
