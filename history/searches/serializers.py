"""Searches as JSON: what clients send, and what they are answered."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from animecollections.api.fields import (
    StrictInteger,
    StrictObject,
    StrictText,
    StrictTime,
)
from animecollections.db.compiled import Compiled
from animecollections.db.free_json import NUMBER_NOT_KEPT, first_unkept
from history.searches.models import Search
from history.searches.services import NewSearch

MAX_FILTERS = 4096  # bytes as JSON
MAX_NUMBER = 2_147_483_647


@extend_schema_field({"type": "object", "additionalProperties": {}})
class FiltersField(serializers.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """Any JSON object of up to 4 KB; it is answered as it was sent. See free_json for
    the numbers that cannot be kept.
    """

    def to_internal_value(self, data: object) -> dict[str, object]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Send an object {…} of filters.")
        if len(orjson.dumps(data)) > MAX_FILTERS:
            raise serializers.ValidationError("Filters have at most 4,096 bytes.")
        if (number := first_unkept(data)) is not None:
            raise serializers.ValidationError(NUMBER_NOT_KEPT.format(number))
        return data


@extend_schema_serializer(exclude_fields=["filters", "total_results"])
class SearchInput(StrictObject):
    """One search. `filters` and `total_results` are read too, where they are alone."""

    query = StrictText(
        max_length=500,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="May be empty only with filters.",
    )
    timestamp = StrictTime(
        required=False,
        allow_null=True,
        help_text="Default: now. A time in the future becomes now.",
    )
    type = StrictText(
        max_length=50,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="animes, music, characters, or any other word.",
    )
    appliedFilters = FiltersField(required=False, allow_null=True)  # noqa: N815
    filters = FiltersField(required=False, allow_null=True)
    totalResults = StrictInteger(  # noqa: N815
        min_value=0, max_value=MAX_NUMBER, required=False, allow_null=True
    )
    total_results = StrictInteger(
        min_value=0, max_value=MAX_NUMBER, required=False, allow_null=True
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        search = NewSearch(
            query=sent.get("query") or "",
            type=sent.get("type") or "",
            filters=first_given(sent, "appliedFilters", "filters") or {},
            total_results=first_given(sent, "totalResults", "total_results") or 0,
            at=sent.get("timestamp"),
        )
        if not search.query and not search.filters:
            raise serializers.ValidationError({"query": "Send a query, or filters."})
        return {"search": search}


def first_given(sent: dict[str, object], *names: str) -> Any:
    return next((sent[name] for name in names if sent.get(name) is not None), None)


@extend_schema_serializer(component_name="Search")
class SearchOutput(serializers.Serializer[Any]):
    """A saved search."""

    id = serializers.UUIDField()
    query = serializers.CharField(allow_blank=True)
    timestamp = serializers.DateTimeField()
    type = serializers.CharField(
        allow_null=True, help_text="animes, music, characters …; null if none was sent"
    )
    appliedFilters = serializers.DictField()  # noqa: N815
    totalResults = serializers.IntegerField()  # noqa: N815


class Saved(NamedTuple):
    """A row of `whole_history`."""

    id: UUID
    query: str
    searched_at: datetime
    type: str
    filters: dict[str, object]
    total_results: int


WHOLE = Compiled(
    lambda user_id: (
        Search.objects.of(user_id).newest_first().values_list(*Saved._fields)
    ),
    UUID,
)


def whole_history(user_id: UUID) -> list[dict[str, object]]:
    """What is asked for most, by a statement made once."""
    return [to_json(Saved(*row)) for row in WHOLE.fetch(user_id)]


def to_json(search: Search | Saved) -> dict[str, object]:
    return {
        "id": search.id,
        "query": search.query,
        "timestamp": search.searched_at,
        "type": search.type or None,
        "appliedFilters": search.filters,
        "totalResults": search.total_results,
    }
