"""Lists of one's own as others see them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.viewer import SeenBy, Viewer, visible_fields
from collections_app.catalogue import titles
from collections_app.catalogue.titles import COLUMNS
from collections_app.own_lists.models import ListItem, OwnList
from collections_app.own_lists.values import ITEM_COLUMNS, LIST_COLUMNS, Row

PER_PAGE = 100
NAMELESS = "List"  # in the place of a name that staff withhold
OTHERS, WHERE_NAMED = SeenBy.OTHERS, SeenBy.WHERE_NAMED
OWNER_ALONE = dict.fromkeys(("user_id", *LIST_COLUMNS), SeenBy.OWNER)
# `size` is of what is seen.
LIST_SEEN_BY = OWNER_ALONE | {
    "id": OTHERS,
    "name": OTHERS,
    "description": OTHERS,
    "size": OTHERS,
    "created_at": WHERE_NAMED,
    "updated_at": WHERE_NAMED,
}
ITEM_SEEN_BY = dict.fromkeys(("user_id", *ITEM_COLUMNS), SeenBy.OWNER) | {
    "anime_id": OTHERS,
    "notes": WHERE_NAMED,
    "added_at": WHERE_NAMED,
}
ANIME = [f"anime__{name}" for name in COLUMNS]
# In the order of the list alone: a cursor has the values that it orders by.
ORDERINGS = {"rank": "rank"}


def lists_for(
    viewer: Viewer, user_id: UUID, named: Collection[str], list_id: UUID | None = None
) -> list[Row]:
    """All that are seen, or that one; one statement. No smart list: its rules may ask
    what others do not see, and would tell it.
    """
    names = visible_fields(LIST_SEEN_BY, viewer, user_id, named)
    rows = OwnList.objects.of(user_id).visible_to(viewer).filter(rules={}).in_order()
    if list_id is not None:
        rows = rows.filter(pk=list_id)
    items = ListItem.objects.of(user_id).visible_to(viewer, user_id)
    items = items.filter(list_id=OuterRef("id")).order_by()
    number = items.values("list_id").annotate(n=Count("pk")).values("n")
    counted = Coalesce(Subquery(number, output_field=IntegerField()), 0)
    read: Any = rows.annotate(seen=counted).values(*names, "seen")
    return [as_seen(viewer, row) for row in read]


def as_seen(viewer: Viewer, row: Row) -> Row:
    """With the size of what is seen, and without texts that staff withhold."""
    row |= {"size": row.pop("seen")}
    for name, neutral in (("name", NAMELESS), ("description", "")):
        if viewer.withholds(f"list_{name}", row["id"], row[name]):
            row[name] = neutral
    return row


def items_for(
    viewer: Viewer,
    user_id: UUID,
    list_id: UUID,
    named: Collection[str],
    wanted: Wanted,
    limit: int | None = PER_PAGE,
) -> tuple[list[Row], Row]:
    """A page of what is seen of a list, or all, in its order, by one statement; and its
    meta. Titles as everybody has them: the watch list says how far its owner is.
    """
    names = visible_fields(ITEM_SEEN_BY, viewer, user_id, named)
    rows = ListItem.objects.of(user_id).visible_to(viewer, user_id).on(list_id)
    found, meta = page(
        rows.values_list(*names, *ANIME),
        wanted,
        orderings=ORDERINGS,
        default="rank",
        limit=limit,
        key="anime_id",
        of=(user_id, list_id, viewer.link),
    )
    told = [to_json(names, row) for row in found]
    if "notes" in names and viewer.withholds_notes("list_notes"):
        told = [one | {"notes": ""} for one in told]
    return told, meta


def notes_on_list(
    viewer: Viewer, user_id: UUID, list_id: UUID, most: int
) -> list[tuple[str, str]]:
    """Titles and what is noted of each, of what is seen of a list."""
    rows = ListItem.objects.of(user_id).visible_to(viewer, user_id).on(list_id)
    noted: Any = rows.exclude(notes="").order_by("rank", "id")
    return list(noted.values_list("anime__title", "notes")[:most])


def newest_items_for(
    viewer: Viewer, user_id: UUID, list_id: UUID, named: Collection[str], most: int
) -> list[Row]:
    """The last that were put on it, the newest first, by one statement. For who sees
    when that was: their order tells it.
    """
    names = visible_fields(ITEM_SEEN_BY, viewer, user_id, named)
    rows = ListItem.objects.of(user_id).visible_to(viewer, user_id).on(list_id)
    read: Any = rows.order_by("-added_at", "-anime_id").values_list(*names, *ANIME)
    return [to_json(names, row) for row in read[:most]]


def to_json(names: list[str], row: tuple[Any, ...]) -> Row:
    told = dict(zip(names, row, strict=False))
    anime = titles.to_json(row[len(names) :])
    return told | {"anime_id": anime["id"], "anime": anime}
