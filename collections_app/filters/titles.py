"""What narrows by facts of a title, alike in the catalogue and on a watch list."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Count, Q

from animecollections.api.schema import query
from collections_app.catalogue.folding import fold
from collections_app.models import Genre, Studio
from collections_app.models.catalogue import Format, Season

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
PARAMETERS_ABOUT_TITLES = [
    query("genre", str, "In any case. Several: all of them.", **NAMES),
    query("exclude_genre", str, "In any case. Several: none of them.", **NAMES),
    query("studio", str, "In any case. Several: all of them.", **NAMES),
    query(
        "format",
        str,
        "Any of these, in any case.",
        enum=Format.values,
        many=True,
        any_case=True,
    ),
    query(
        "season",
        str,
        "Any of these, in any case.",
        enum=Season.values,
        many=True,
        any_case=True,
    ),
    query("year", int, "The year it came out.", **YEARS),
    query("year_min", int, "Not before this year.", **YEARS),
    query("year_max", int, "Not after this year.", **YEARS),
    query("episodes_min", int, "At least so many episodes.", **EPISODES),
    query("episodes_max", int, "At most so many episodes.", **EPISODES),
    query("mature", str, "`hide` leaves mature titles out.", enum=["hide"]),
]


LOOKUPS = {
    "format": "format__in",
    "season": "season__in",
    "year": "year",
    "year_min": "year__gte",
    "year_max": "year__lte",
    "episodes_min": "episodes__gte",
    "episodes_max": "episodes__lte",
}


def about_titles(wanted: Mapping[str, Any], path: str = "") -> Iterator[Q]:
    """What a query says of titles, for rows from which `path` leads to theirs."""
    yield from looked_up(LOOKUPS, wanted, path)
    for name, model in (("genre", Genre), ("studio", Studio)):
        if name in wanted:
            yield Q(**{f"{path}pk__in": titles_with_all(model, wanted[name])})
    if excluded := wanted.get("exclude_genre"):
        yield ~Q(**{f"{path}pk__in": titles_with_any(Genre, excluded)})
    if "mature" in wanted:
        yield Q(**{f"{path}mature": False})


def looked_up(
    lookups: Mapping[str, str], wanted: Mapping[str, Any], path: str = ""
) -> Iterator[Q]:
    for name, lookup in lookups.items():
        if name in wanted:
            yield Q(**{path + lookup: wanted[name]})


def titles_with_all(model: type[Genre] | type[Studio], keys: Collection[str]) -> Any:
    """Ids of the titles that have every one of these genres, or studios.

    Counted in one statement: a join for each name costs several times as much as one
    for each but it. Twenty take PostgreSQL twenty seconds, and 64 tables are the most
    that SQLite joins.
    """
    ids = titles_with_any(model, keys)
    return ids if len(keys) == 1 else ids.alias(n=Count("*")).filter(n=len(keys))


def titles_with_any(model: type[Genre] | type[Studio], keys: Collection[str]) -> Any:
    links: Any = model.anime.through
    key = f"{model._meta.model_name}__key__in"
    return links.objects.filter(**{key: keys}).values("anime_id")
