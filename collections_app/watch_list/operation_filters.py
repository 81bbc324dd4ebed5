"""What narrows the operations of a user."""

from collections.abc import Iterator
from typing import get_args
from uuid import UUID

import django_filters as filters
from django.db.models import Q, QuerySet

from animecollections.api.filtering import Since, TypedFilterSet, Until
from animecollections.api.parameters import AN_ID, WHEN, Parameter, Wanted
from animecollections.api.schema import paging, query
from animecollections.identity import ThroughKind
from history.models import Change, ChangeKind

PER_PAGE = 50
# Kinds of operations that no single change tells.
UNDO, IMPORT = "undo", "import"
PARAMETERS: list[Parameter] = [
    query(
        "animeId",
        str,
        "Only operations that changed this title's entry, each with only that change.",
    ),
    query(
        "kind",
        str,
        f"Only operations with a change of this kind; `{UNDO}`: those that undid "
        f"another; `{IMPORT}`: those that applied an import.",
        enum=[*ChangeKind.values, UNDO, IMPORT],
        many=True,
    ),
    query(
        "through",
        str,
        "Only operations from this source: `session` is a browser, `token` an app.",
        enum=get_args(ThroughKind),
        many=True,
    ),
    query(
        "client_id",
        str,
        "Only operations of the device or app with this `X-Client-Id`.",
        max_length=100,
    ),
    query("app", AN_ID, "Only operations of this personal token or app (its `id`)."),
    query("since", WHEN, "At or after this time or day."),
    query("until", WHEN, "At or before this time or day."),
    *paging(PER_PAGE),
]


class OperationFilters(TypedFilterSet):
    """By the first change of each operation."""

    through = filters.Filter("through", "in")
    client_id = filters.Filter("client_id")
    app = filters.Filter("token_id")
    since = Since("at")
    until = Until("at")


def narrow(
    heads: QuerySet[Change],
    user_id: UUID,
    wanted: Wanted,
    zone: str,
    anime_id: int | None,
) -> QuerySet[Change]:
    """Of the first changes of a user's operations, those of what a query asks for."""
    by_any_change = conditions(user_id, wanted, anime_id)
    return OperationFilters.narrow(heads, wanted, zone).filter(*by_any_change)


def conditions(user_id: UUID, wanted: Wanted, anime_id: int | None) -> Iterator[Q]:
    """What a query says of any change of an operation. All stays within the changes of
    one user, which are one range of an index.
    """
    changes = Change.objects.of(user_id).values("operation_id")
    if anime_id:
        yield Q(operation_id__in=changes.filter(anime_id=anime_id))
    if kinds := wanted.get("kind"):
        yield (
            Q(operation_id__in=changes.filter(kind__in=kinds))
            | (
                Q(undoes__isnull=False) | ~Q(undone_app_id=None)
                if UNDO in kinds
                else Q()
            )
            | (Q(through="import") if IMPORT in kinds else Q())
        )
