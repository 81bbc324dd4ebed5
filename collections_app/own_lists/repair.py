"""Lists whose `size` is not how many titles are on them, counted again."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from animecollections.db.bulk import upsert
from animecollections.identity import Origin
from collections_app.own_lists.models import ListItem, OwnList
from collections_app.own_lists.values import LIST_COLUMNS, Row, list_snapshot
from history.log.recording import locked, recording
from history.models import ChangeKind


def with_wrong_size(people: Sequence[UUID]) -> Any:
    """Rows of lists, with `there`: how many titles are on each. One statement, which
    counts all items of these people by the index of their order.
    """
    items = ListItem.objects.across_users().filter(
        user_id=OuterRef("user_id"), list_id=OuterRef("id")
    )
    counted = items.order_by().values("list_id").annotate(there=Count("pk"))
    lists = OwnList.objects.across_users().filter(user_id__in=people)
    there = Coalesce(Subquery(counted.values("there")), 0)
    return lists.annotate(there=there).exclude(size=F("there")).order_by("user_id")


def found_again(people: Sequence[UUID]) -> Iterator[tuple[UUID, str, int, int]]:
    """Owner, name, size and what is there, looked at again under the lock."""
    suspects = with_wrong_size(people).values_list("user_id", flat=True)
    for user_id in dict.fromkeys(suspects):
        with locked(user_id):
            rows = with_wrong_size([user_id]).values_list("name", "size", "there")
            found = list(rows)
        for name, size, there in found:
            yield user_id, name, size, there


def count_again(user_id: UUID) -> None:
    """A change of each list in the log, so that devices hear of it; of no value, so
    that an undo takes nothing back.
    """
    with recording(user_id=user_id, through=Origin("command")) as record:
        rows: list[Row] = list(
            with_wrong_size([user_id]).values(*LIST_COLUMNS, "user_id", "there")
        )
        for row in rows:
            row["size"], told = row.pop("there"), list_snapshot(row)
            row["updated_at"] = record.at
            row["revision"] = record.change(ChangeKind.LIST, before=told, after=told)
        upsert(OwnList, rows, unique=("user", "id"))
