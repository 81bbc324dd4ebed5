"""Lists narrowed to the days from … to …, in UTC."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import DateTimeField, Q, QuerySet, UUIDField
from django.http import HttpRequest
from django.utils.dateparse import parse_date

from animecollections.db.ids import first_id_at

FROM, TO = "day_from", "day_to"


class BetweenFilter(admin.ListFilter):
    """column: a date, a time, or a key that is in the order of time (UUIDv7): that has
    an index on tables of any length.
    """

    template = "admin/between.html"
    column = "pk"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, of: Any
    ) -> None:
        super().__init__(request, params, model, of)
        self.model = model
        for name in self.expected_parameters():
            if name in params:
                self.used_parameters[name] = str(params.pop(name)[-1])

    def expected_parameters(self) -> list[str | None]:
        return [FROM, TO]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The form's fields; the other filters travel with it."""
        others = changelist.get_filters_params()
        yield {
            "first": self.used_parameters.get(FROM, ""),
            "last": self.used_parameters.get(TO, ""),
            "others": [
                (name, value)
                for name, values in others.items()
                if name not in (FROM, TO)
                for value in values
            ],
            "query": changelist.query,
            "without": changelist.get_query_string(remove=[FROM, TO]),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(range_of(self.used_parameters, self.model, self.column))


def between(column: str = "pk", title: str = "day") -> type[BetweenFilter]:
    return type("Between", (BetweenFilter,), {"column": column, "title": title})


def range_of(said: Mapping[str, object], model: Any, column: str = "pk") -> Q:
    """What is no day is as if it was not said."""
    first, last = day_of(said.get(FROM)), day_of(said.get(TO))
    field = model._meta.pk if column == "pk" else model._meta.get_field(column)
    condition = Q()
    if first:
        condition &= Q(**{f"{column}__gte": beginning(first, field)})
    if last:
        condition &= Q(**{f"{column}__lt": beginning(last + timedelta(days=1), field)})
    return condition


def day_of(text: object) -> date | None:
    try:
        day = parse_date(str(text or ""))
    except ValueError:  # such as 30 February
        return None
    return day if day and 1970 <= day.year < 9000 else None


def beginning(day: date, field: object) -> object:
    """The smallest value of the column on this day."""
    midnight = datetime.combine(day, time(), UTC)
    if isinstance(field, UUIDField):
        return first_id_at(midnight)
    return midnight if isinstance(field, DateTimeField) else day
