"""What a batch takes besides changes of entries: of viewings, the diary and lists.

`OperationInput` tells the schema of all of them, and reads those of entries.
"""

from typing import Any

from rest_framework import serializers

from animecollections.api.fields import (
    StrictInteger,
    StrictObject,
    StrictText,
)
from collections_app.own_lists.models import LONGEST_KEY
from collections_app.watch_list.fields import LARGEST_NUMBER
from collections_app.watch_list.list_serializers import (
    ItemInput,
    ListChangeInput,
    ListInput,
)
from collections_app.watch_list.serializers import (
    AnimeIdField,
    OperationInput,
    WatchedOnField,
)
from collections_app.watch_list.viewing_serializers import BeginViewing, ChangeViewing


class NamedOperation(StrictObject):
    op = serializers.CharField()
    animeId = AnimeIdField()  # noqa: N815
    id = StrictText(max_length=64, required=False)
    if_revision = StrictInteger(min_value=0, required=False, allow_null=True)


class ViewingBegun(NamedOperation, BeginViewing):
    pass


class ViewingChanged(NamedOperation, ChangeViewing):
    number = StrictInteger(min_value=1, max_value=LARGEST_NUMBER)


class ViewingRemoved(NamedOperation):
    number = StrictInteger(min_value=1, max_value=LARGEST_NUMBER)


class WatchedAdded(NamedOperation):
    watched_on = WatchedOnField(required=True)
    episodes = StrictInteger(
        min_value=1, max_value=LARGEST_NUMBER, required=False, default=1
    )


class WatchedChanged(NamedOperation):
    watchedId = serializers.UUIDField()  # noqa: N815
    watched_on = WatchedOnField()
    episodes = StrictInteger(min_value=1, max_value=LARGEST_NUMBER, required=False)


class WatchedRemoved(NamedOperation):
    watchedId = serializers.UUIDField()  # noqa: N815


class OfList(StrictObject):
    """An operation of a list of one's own."""

    op = serializers.CharField()
    id = StrictText(max_length=LONGEST_KEY, required=False)


class ListCreated(OfList, ListInput):
    pass


class OfOneList(OfList):
    listId = StrictText(max_length=LONGEST_KEY)  # noqa: N815
    if_revision = StrictInteger(min_value=0, required=False, allow_null=True)


class ListUpdated(OfOneList, ListChangeInput):
    pass


class ItemPut(OfOneList, ItemInput):
    animeId = AnimeIdField()  # noqa: N815


class ItemTakenOff(OfOneList):
    animeId = AnimeIdField()  # noqa: N815


READ_BY: dict[str, type[serializers.Serializer[Any]]] = {
    "viewing_begin": ViewingBegun,
    "viewing_update": ViewingChanged,
    "viewing_remove": ViewingRemoved,
    "watched_add": WatchedAdded,
    "watched_update": WatchedChanged,
    "watched_remove": WatchedRemoved,
    "list_create": ListCreated,
    "list_update": ListUpdated,
    "list_remove": OfOneList,
    "list_put": ItemPut,
    "list_take_off": ItemTakenOff,
}


def reader_of(op: object) -> type[serializers.Serializer[Any]]:
    """Of an operation by its name; one that nobody knows is refused by the usual."""
    return READ_BY.get(op, OperationInput) if isinstance(op, str) else OperationInput
