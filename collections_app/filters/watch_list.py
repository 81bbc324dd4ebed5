"""What narrows and orders a watch list."""

import unicodedata
from typing import Any, cast

import django_filters as filters
from django import forms
from django.db import connection
from django.db.models import BooleanField, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from rest_framework import serializers

from animecollections.api.errors import invalid, refuse
from animecollections.api.fields import StrictTime
from collections_app.catalogue.folding import fold, fold_query
from collections_app.catalogue.search import MOST_WORDS
from collections_app.catalogue.seasons import with_marks
from collections_app.entries import (
    CARD_KEYS,
    JSON_KEYS,
    NEXT_KEYS,
    to_card,
    to_json,
    to_next,
)
from collections_app.filters.numbers import PlainNumberFilter
from collections_app.models import (
    EntryQuerySet,
    EntryState,
    EntryType,
    SearchName,
    WatchListEntry,
)
from collections_app.models.catalogue import Format, Season

# Sorted in memory: one user's rows are few, and an index on any of these would cost
# every write (an indexed progress or updated_at ends HOT updates).
ORDERINGS = {
    "added_at": "added_at",
    "updated_at": "updated_at",
    "title": "anime__sort_title",
    "rating": "anime__rating",
    "year": "anime__year",
    "episodes": "anime__episodes",
    "type": "type",
    "progress": "progress",
    "score": "score",
    "priority": "priority",
    "finished_on": "finished_on",
    "started_on": "started_on",
    "watched_at": "watched_at",
}
DEFAULT_ORDERING = "-added_at"


class Range(PlainNumberFilter):
    """A whole number, or one end of a range of them."""

    def __init__(self, field: str, lookup: str, least: int, most: int) -> None:
        super().__init__(
            field_name=field,
            lookup_expr=lookup,
            min_value=least,
            max_value=most,
            decimal_places=0,
        )


class Score(PlainNumberFilter):
    """0–10 outside, 0–100 inside."""

    def __init__(self, lookup: str) -> None:
        super().__init__(
            field_name="score", lookup_expr=lookup, min_value=0, max_value=10
        )

    def filter(self, qs: Any, value: Any) -> Any:
        return super().filter(qs, None if value is None else round(value * 10))


class TimeField(forms.Field):
    """The same times that bodies take."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return StrictTime().to_internal_value(value)
        except serializers.ValidationError:
            raise forms.ValidationError(
                "Send a time such as 2026-11-23T09:30:00Z."
            ) from None


class Since(filters.Filter):
    field_class = TimeField


class EntryFilter(filters.FilterSet):
    type = filters.MultipleChoiceFilter(choices=EntryType.choices)
    state = filters.MultipleChoiceFilter(choices=EntryState.choices)
    search = filters.CharFilter(method="search_titles", max_length=200)
    format = filters.MultipleChoiceFilter(
        field_name="anime__format", choices=Format.choices
    )
    season = filters.MultipleChoiceFilter(
        field_name="anime__season", choices=Season.choices
    )
    genre = filters.CharFilter(method="of_genre", max_length=100)
    studio = filters.CharFilter(method="of_studio", max_length=200)
    year = Range("anime__year", "exact", 1900, 2200)
    year_min = Range("anime__year", "gte", 1900, 2200)
    year_max = Range("anime__year", "lte", 1900, 2200)
    score_min = Score("gte")
    score_max = Score("lte")
    progress_min = Range("progress", "gte", 0, 100_000)
    progress_max = Range("progress", "lte", 0, 100_000)
    tag = filters.CharFilter(method="with_tag", max_length=50)
    added_since = Since(field_name="added_at", lookup_expr="gte")
    updated_since = Since(field_name="updated_at", lookup_expr="gte")
    is_private = filters.ChoiceFilter(
        choices=[("true", "true"), ("false", "false")], method="of_privacy"
    )

    mature = filters.ChoiceFilter(choices=[("hide", "hide")], method="hide_mature")

    class Meta:
        model = WatchListEntry
        fields: tuple[str, ...] = ()

    def search_titles(
        self, entries: EntryQuerySet, name: str, value: str
    ) -> EntryQuerySet:
        """Every word somewhere in the anime's names, folded; "s2" in any spelling."""
        typed = fold_query(value)
        has_words = Q()
        for text in {typed, with_marks(typed)}:
            has_words |= Q(*map(is_named, text.split()[:MOST_WORDS]))
        return entries.filter(has_words)

    def of_genre(self, entries: EntryQuerySet, name: str, value: str) -> EntryQuerySet:
        return entries.filter(anime__genres__key=fold(value))

    def hide_mature(
        self, entries: EntryQuerySet, name: str, value: str
    ) -> EntryQuerySet:
        return entries.filter(anime__mature=False)

    def of_studio(self, entries: EntryQuerySet, name: str, value: str) -> EntryQuerySet:
        return entries.filter(anime__studios__key=fold(value))

    def of_privacy(
        self, entries: EntryQuerySet, name: str, value: str
    ) -> EntryQuerySet:
        return entries.filter(is_private=value == "true")

    def with_tag(self, entries: EntryQuerySet, name: str, value: str) -> EntryQuerySet:
        value = unicodedata.normalize("NFC", value)  # as tags are kept
        if connection.features.supports_json_field_contains:
            return entries.filter(tags__contains=[value])
        among = 'SELECT value FROM json_each("collections_app_watchlistentry"."tags")'
        holds = RawSQL(f"%s IN ({among})", [value], output_field=BooleanField())  # noqa: S611
        return entries.filter(holds)


def is_named(word: str) -> Exists:
    names = SearchName.objects.filter(anime_id=OuterRef("anime_id"))
    return Exists(names.filter(name__contains=word))


def narrow(entries: EntryQuerySet, parameters: Any) -> EntryQuerySet:
    """The entries that the query parameters ask for; 400 for a wrong value."""
    if EntryFilter.base_filters.keys().isdisjoint(parameters):
        return entries  # a form of all filters takes longer than a hundred rows
    sent = parameters.copy()
    for name, values in parameters.lists():  # `?type=` is a filter that was cleared
        sent.setlist(name, [value for value in values if value])
    found = EntryFilter(sent, queryset=entries)
    if not found.is_valid():
        raise invalid({name: list(errors) for name, errors in found.errors.items()})
    return cast("EntryQuerySet", found.qs)


# Each view of a list: how a row is shaped, and the keys it then has.
VIEWS = {
    "": (to_json, JSON_KEYS),
    "card": (to_card, CARD_KEYS),
    "up_next": (to_next, NEXT_KEYS),
}


def chosen_view(parameters: Any) -> str:
    view = str(parameters.get("view", ""))
    if view not in VIEWS:
        raise refuse(view='The views are "card" and "up_next".')
    return view
