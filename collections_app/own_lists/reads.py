"""Reads of lists of one's own that several rooms need."""

from typing import cast
from uuid import UUID

from django.db.models import QuerySet

from animecollections.api.errors import ApiError
from collections_app.own_lists.models import ListItem, OwnList
from collections_app.own_lists.values import LIST_COLUMNS, Row


def list_named(user_id: UUID, name: str) -> Row:
    """By its id or its key; 404 where there is none."""
    row = OwnList.objects.of(user_id).named(name).values(*LIST_COLUMNS).first()
    if row is None:
        raise ApiError("list_not_found")
    found: Row = row
    return found


def titles_on(user_id: UUID, list_id: UUID) -> QuerySet[ListItem, Row]:
    """The ids of the titles on a list, for a statement about them."""
    items = ListItem.objects.of(user_id).on(list_id)
    return cast("QuerySet[ListItem, Row]", items.values("anime_id"))


def titles_on_named(user_id: UUID, name: str) -> QuerySet[ListItem, Row]:
    """The same of a list by its id or key; none where there is no such list."""
    lists = OwnList.objects.of(user_id).named(name).values("id")
    items = ListItem.objects.of(user_id).filter(list_id__in=lists)
    return cast("QuerySet[ListItem, Row]", items.values("anime_id"))


def lists_by_title(user_id: UUID) -> dict[int, list[str]]:
    """The ids of the lists that each title is on; one statement."""
    found: dict[int, list[str]] = {}
    rows = ListItem.objects.of(user_id).order_by("list_id")
    for anime_id, list_id in rows.values_list("anime_id", "list_id"):
        found.setdefault(anime_id, []).append(str(list_id))
    return found
