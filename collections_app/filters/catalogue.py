"""What narrows and orders the catalogue."""

from collections.abc import Iterable
from typing import Any, cast

import django_filters as filters
from django import forms
from django.db.models import Q
from django.http import QueryDict

from animecollections.api.account import Account
from animecollections.api.errors import ApiError, invalid, refuse
from animecollections.api.ids import AnimeRef, parse_anime_id
from collections_app.catalogue.folding import fold
from collections_app.filters.numbers import PlainNumberFilter
from collections_app.models import AiringStatus, Anime
from collections_app.models.catalogue import AnimeQuerySet, Format, Season

MOST_IDS = 500
MOST_NAMES = 5  # genres, or studios, of one request
LONGEST_SEARCH = 200
ORDERINGS = {
    "rating": "rating",
    "title": "sort_title",
    "year": "year",
    "episodes": "episodes",
    "updated_at": "updated_at",
    "id": "pk",
}
BY_RELEVANCE = {"relevance": "relevance", **ORDERINGS}


class WordsField(forms.MultipleChoiceField):
    """Some of a few words in any case: `format=tv&format=Movie`, `format=tv,movie`."""

    def __init__(self, *, words: Iterable[str], **more: Any) -> None:
        self.words = {word.casefold(): word for word in words}
        super().__init__(choices=[(word, word) for word in self.words.values()], **more)
        known = ", ".join(self.words.values())
        self.error_messages["invalid_choice"] = (
            f"“%(value)s” is not known here; choose of {known}."
        )

    def to_python(self, value: Any) -> list[str]:
        words = [word.strip() for text in value or () for word in text.split(",")]
        return [self.words.get(word.casefold(), word[:50]) for word in words if word]


class WordsFilter(filters.Filter):
    field_class = WordsField

    def __init__(self, words: Iterable[str], **more: Any) -> None:
        super().__init__(lookup_expr="in", words=words, **more)


class AnimeFilter(filters.FilterSet):
    """For titles `with_entry_of` the user, where one is signed in."""

    genre = filters.CharFilter(method="of_all", field_name="genres__key")
    studio = filters.CharFilter(method="of_all", field_name="studios__key")
    format = WordsFilter(Format.values)
    season = WordsFilter(Season.values)
    airing_status = WordsFilter(AiringStatus.values)
    year = PlainNumberFilter(min_value=1900, max_value=2100, decimal_places=0)
    min_score = PlainNumberFilter("rating", "gte", min_value=0, max_value=10)
    mature = WordsFilter(["hide"], method="without_mature")
    on_list = WordsFilter(["true", "false"], method="on_the_list")

    class Meta:
        model = Anime
        fields: tuple[str, ...] = ()

    def __init__(self, parameters: QueryDict, animes: AnimeQuerySet, user: Any) -> None:
        super().__init__(parameters, animes)
        self.parameters = parameters
        self.user = user

    def of_all(self, animes: AnimeQuerySet, name: str, value: str) -> AnimeQuerySet:
        """Titles that have every genre, or studio, that is named."""
        link = name.removesuffix("__key")
        keys = names_of(self.parameters, link.removesuffix("s"))
        return animes.having_all(link, keys) if keys else animes

    def without_mature(
        self, animes: AnimeQuerySet, name: str, value: Any
    ) -> AnimeQuerySet:
        return animes.filter(mature=False)

    def on_the_list(
        self, animes: AnimeQuerySet, name: str, value: list[str]
    ) -> AnimeQuerySet:
        if not isinstance(self.user, Account):
            raise ApiError("not_signed_in")
        return animes.filter(Q(entry__isnull="false" in value))


def names_of(parameters: QueryDict, parameter: str) -> set[str]:
    """The genres, or studios, of a query: folded, each once, only so many."""
    keys = {fold(text) for text in parameters.getlist(parameter) if text}
    if len(keys) > MOST_NAMES:
        raise refuse(**{parameter: f"Send at most {MOST_NAMES} at once."})
    return keys


def narrow(animes: AnimeQuerySet, user: Any, parameters: QueryDict) -> AnimeQuerySet:
    """Those that the query asks for; 400 for a wrong value."""
    found = AnimeFilter(parameters, animes, user)
    if not found.is_valid():
        raise invalid({name: list(errors) for name, errors in found.errors.items()})
    return cast("AnimeQuerySet", found.qs)


def searched(parameters: QueryDict) -> str:
    """The text to search for, "" for none."""
    text = str(parameters.get("search", "")).strip()
    if len(text) > LONGEST_SEARCH:
        raise refuse(search=f"Search for at most {LONGEST_SEARCH} characters.")
    return text


def wants_entry(parameters: QueryDict) -> bool:
    included = parameters.get("include", "")
    if included not in ("", "entry"):
        raise refuse(include='All that can be included is "entry".')
    return bool(included)


def asked_ids(parameters: QueryDict) -> list[AnimeRef]:
    """The titles named by `ids=1535,mal:5`, each once, in that order."""
    texts = [
        part for text in parameters.getlist("ids") for part in text.split(",") if part
    ]
    if len(texts) > MOST_IDS:
        raise refuse(ids=f"Ask for at most {MOST_IDS} titles at once.")
    return list(dict.fromkeys(parse_anime_id(text, "ids") for text in texts))
