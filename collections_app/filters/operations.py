"""What narrows the operations of a user."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args
from uuid import UUID

from django.db.models import Q

from animecollections.api.account import ThroughKind
from animecollections.api.ids import parse_anime_id
from animecollections.api.parameters import (
    WHEN,
    Parameter,
    first_moment,
    last_moment,
)
from animecollections.api.schema import paging, query
from collections_app.catalogue.lookup import find_anime
from history.models import Change, ChangeKind

PER_PAGE = 50
# Kinds of operations that no single change tells.
UNDO, IMPORT = "undo", "import"
PARAMETERS: list[Parameter] = [
    query("animeId", str, "Only those that changed this title's entry."),
    query(
        "kind",
        str,
        f"Only those with a change of this kind; `{UNDO}`: those that undid another; "
        f"`{IMPORT}`: those that applied an import.",
        enum=[*ChangeKind.values, UNDO, IMPORT],
        many=True,
    ),
    query(
        "through",
        str,
        "Only those that came so: `session` is a browser, `token` an app.",
        enum=get_args(ThroughKind),
        many=True,
    ),
    query(
        "client_id",
        str,
        "Only those of the device or app that wrote with this `X-Client-Id`.",
        max_length=100,
    ),
    query("since", WHEN, "At this time, or on this day, or later."),
    query("until", WHEN, "At this time, or on this day, or earlier."),
    *paging(PER_PAGE),
]


def conditions(user_id: UUID, wanted: Mapping[str, Any], zone: str) -> Iterator[Q]:
    """What a query says of operations, for the first change of each. All stays within
    the changes of one user, which are one range of an index.
    """
    changes = Change.objects.filter(user_id=user_id).values("operation_id")
    if text := wanted.get("animeId"):
        anime = find_anime(parse_anime_id(text))
        yield Q(operation_id__in=changes.filter(anime_id=anime.id))
    if kinds := wanted.get("kind"):
        yield (
            Q(operation_id__in=changes.filter(kind__in=kinds))
            | (Q(undoes__isnull=False) if UNDO in kinds else Q())
            | (Q(through="import") if IMPORT in kinds else Q())
        )
    if "through" in wanted:
        yield Q(through__in=wanted["through"])
    if "client_id" in wanted:
        yield Q(client_id=wanted["client_id"])
    if since := wanted.get("since"):
        yield Q(at__gte=first_moment(since, zone))
    if until := wanted.get("until"):
        yield Q(at__lte=last_moment(until, zone))
