"""django-filter over values that have been read.

Its forms would read a query a second time, more leniently than its schema says and in
Django's words, and take longer than a hundred rows. parameters.py reads; a FilterSet
says what each value narrows.
"""

from datetime import date
from typing import Any, TypeVar, cast

import django_filters as filters
from django.db.models import Q, QuerySet

from animecollections.api.parameters import (
    Wanted,
    first_day,
    first_moment,
    last_moment,
)
from animecollections.identity import today_in

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


class TypedFilterSet(filters.FilterSet):
    """`narrow(rows, wanted)`: the rows that the values read from a query ask for."""

    @classmethod
    def narrow(cls, rows: Rows, wanted: Wanted, zone: str = "UTC") -> Rows:
        """zone: the user's clock, by which the days of a time begin and end."""
        for name, value in wanted.items():
            if (narrowing := cls.base_filters.get(name)) is not None:
                if isinstance(narrowing, Since | Until):
                    value = narrowing.moment(value, zone)
                rows = narrowing.filter(rows, value)  # type: ignore[assignment]
        return rows

    @classmethod
    def condition(cls, wanted: Wanted, zone: str) -> Q:
        """The same as one condition, to be joined with others."""
        narrowed: Any = cls.narrow(cast("Any", Conditions()), wanted, zone)
        found: Q = narrowed.asked
        return found


class Conditions:
    """In the place of rows: it notes what filters ask for."""

    def __init__(self, asked: Q | None = None) -> None:
        self.asked = asked or Q()

    def filter(self, *given: Any, **named: Any) -> "Conditions":
        return Conditions(self.asked & Q(*given, **named))

    def exclude(self, *given: Any, **named: Any) -> "Conditions":
        return Conditions(self.asked & ~Q(*given, **named))


class Since(filters.Filter):
    """At this time, or on this day, or later."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "gte")

    def moment(self, when: date, zone: str) -> date:
        return first_moment(when, zone)


class Until(filters.Filter):
    """At this time, or on this day, or earlier."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "lte")

    def moment(self, when: date, zone: str) -> date:
        return last_moment(when, zone)


class Within(Since):
    """In so long a time, as days of the user's clock: `30d` begins at midnight."""

    def moment(self, when: Any, zone: str) -> Any:
        return first_moment(first_day(when, today_in(zone)), zone)


class DayWithin(Since):
    """The same of a text: a day, or the month or year that is known of it."""

    def moment(self, when: Any, zone: str) -> Any:
        return first_day(when, today_in(zone)).isoformat()


class YesOrNo(filters.Filter):
    """`true` or `false`; `means` is what the column then is."""

    def __init__(
        self, field: str, lookup: str = "exact", *, means: bool = True
    ) -> None:
        super().__init__(field, lookup)
        self.means = means

    def filter(self, rows: Rows, value: str) -> Rows:
        is_so = (value == "true") is self.means
        return super().filter(rows, is_so)  # type: ignore[return-value]
