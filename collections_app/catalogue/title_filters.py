"""What narrows by facts of a title, alike in the catalogue and on a watch list."""

from collections.abc import Collection
from typing import Any

import django_filters as filters
from django.db.models import Count

from animecollections.api.filtering import TypedFilterSet
from animecollections.api.schema import query
from collections_app.catalogue.folding import fold
from collections_app.catalogue.models import AiringStatus, Format, Genre, Season, Studio

Linked = type[Genre] | type[Studio]

MOST_NAMES = 5  # genres, or studios, of one request
LONGEST_NAME = 200
YEARS = {"minimum": 1900, "maximum": 2200}
EPISODES = {"minimum": 0, "maximum": 100_000}
NAMES: dict[str, Any] = {
    "many": True,
    "max_items": MOST_NAMES,
    "max_length": LONGEST_NAME,
    "read_as": fold,
}
FORMAT = query(
    "format",
    str,
    "Any of these, in any case.",
    enum=Format.values,
    many=True,
    any_case=True,
)
PARAMETERS_ABOUT_TITLES = [
    query("genre", str, "In any case. Several: all of them.", **NAMES),
    query("exclude_genre", str, "In any case. Several: none of them.", **NAMES),
    query("studio", str, "In any case. Several: all of them.", **NAMES),
    FORMAT,
    query(
        "season",
        str,
        "Any of these, in any case.",
        enum=Season.values,
        many=True,
        any_case=True,
    ),
    query("year", int, "The year of release.", **YEARS),
    query("year_min", int, "Released in this year or later.", **YEARS),
    query("year_max", int, "Released in this year or earlier.", **YEARS),
    query("episodes_min", int, "At least this many episodes.", **EPISODES),
    query("episodes_max", int, "At most this many episodes.", **EPISODES),
    query(
        "airing_status",
        str,
        "Any of these, in any case.",
        enum=AiringStatus.values,
        many=True,
        any_case=True,
    ),
    query("min_score", float, "At least this rating.", minimum=0, maximum=10),
    query("mature", str, "`hide` leaves mature titles out.", enum=["hide"]),
]


def filters_of_titles(path: str = "") -> type[TypedFilterSet]:
    """The filters by facts of a title, for rows from which `path` leads to theirs."""

    class TitleFilters(TypedFilterSet):
        genre = OfAll(f"{path}pk", Genre)
        exclude_genre = OfAny(f"{path}pk", Genre, exclude=True)
        studio = OfAll(f"{path}pk", Studio)
        format = filters.Filter(f"{path}format", "in")
        season = filters.Filter(f"{path}season", "in")
        year = filters.Filter(f"{path}year")
        year_min = filters.Filter(f"{path}year", "gte")
        year_max = filters.Filter(f"{path}year", "lte")
        episodes_min = filters.Filter(f"{path}episodes", "gte")
        episodes_max = filters.Filter(f"{path}episodes", "lte")
        airing_status = filters.Filter(f"{path}airing_status", "in")
        min_score = filters.Filter(f"{path}rating", "gte")
        mature = Hidden(f"{path}mature")

    return TitleFilters


class Hidden(filters.Filter):
    """`hide` leaves out what the column marks."""

    def filter(self, rows: Any, value: str) -> Any:
        return super().filter(rows, False)


class OfAny(filters.Filter):
    """Titles with any of these genres, or studios."""

    def __init__(self, field: str, model: Linked, **more: Any) -> None:
        super().__init__(field, "in", **more)
        self.linked = model

    def filter(self, rows: Any, keys: Collection[str]) -> Any:
        return super().filter(rows, titles_with_any(self.linked, keys))


class OfAll(OfAny):
    """Titles with every one of them."""

    def filter(self, rows: Any, keys: Collection[str]) -> Any:
        return filters.Filter.filter(self, rows, titles_with_all(self.linked, keys))


def titles_with_all(model: Linked, keys: Collection[str]) -> Any:
    """Ids of the titles that have every one of these genres, or studios.

    Counted in one statement: a join for each name costs several times as much as one
    for each but it. Twenty take PostgreSQL twenty seconds, and 64 tables are the most
    that SQLite joins.
    """
    ids = titles_with_any(model, keys)
    return ids if len(keys) == 1 else ids.alias(n=Count("*")).filter(n=len(keys))


def titles_with_any(model: Linked, keys: Collection[str]) -> Any:
    links: Any = model.anime.through
    key = f"{model._meta.model_name}__key__in"
    return links.objects.filter(**{key: keys}).values("anime_id")
