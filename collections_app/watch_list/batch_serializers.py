"""What a batch takes besides changes of entries: of viewings, and of the diary.

`OperationInput` tells the schema of all of them, and reads those of entries.
"""

from typing import Any

from rest_framework import serializers

from animecollections.api.fields import (
    StrictInteger,
    StrictObject,
    StrictText,
)
from collections_app.watch_list.fields import LARGEST_NUMBER
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


READ_BY: dict[str, type[serializers.Serializer[Any]]] = {
    "viewing_begin": ViewingBegun,
    "viewing_update": ViewingChanged,
    "viewing_remove": ViewingRemoved,
    "watched_add": WatchedAdded,
    "watched_update": WatchedChanged,
    "watched_remove": WatchedRemoved,
}


def reader_of(op: object) -> type[serializers.Serializer[Any]]:
    """Of an operation by its name; one that nobody knows is refused by the usual."""
    return READ_BY.get(op, OperationInput) if isinstance(op, str) else OperationInput
