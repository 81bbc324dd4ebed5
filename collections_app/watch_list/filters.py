"""What narrows and orders a watch list."""

import unicodedata
from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q

from animecollections.api.filtering import DayWithin, Since, Within, YesOrNo
from animecollections.api.parameters import WHEN, WITHIN, Parameter, Wanted
from animecollections.api.schema import FEWER_KEYS, paging, query
from animecollections.api.shuffling import RANDOM, SEED
from animecollections.db.json_rows import has_text
from collections_app.catalogue.folding import LONGEST_QUERY, fold_query
from collections_app.catalogue.models import SearchName
from collections_app.catalogue.search.queries import MOST_WORDS
from collections_app.catalogue.seasons import with_marks
from collections_app.catalogue.title_filters import (
    PARAMETERS_ABOUT_TITLES,
    filters_of_titles,
)
from collections_app.catalogue.title_orders import ORDERINGS_BY_NAME
from collections_app.own_lists.models import LONGEST_KEY
from collections_app.watch_list.entries import (
    CARD_KEYS,
    JSON_KEYS,
    LISTED_KEYS,
    NEXT_KEYS,
    to_card,
    to_json,
    to_listed,
    to_next,
)
from collections_app.watch_list.fields import LARGEST_NUMBER, LONGEST_TAG
from collections_app.watch_list.models import EntryState, EntryType

# Sorted in memory: one user's rows are few, and an index on any of these would cost
# every write (an indexed progress or updated_at ends HOT updates).
ORDERINGS = {
    "added_at": "added_at",
    "updated_at": "updated_at",
    "title": "anime__sort_title",
    **ORDERINGS_BY_NAME,
    "rating": "anime__weighted_rating",
    "popularity": "popularity",  # EntryQuerySet.with_popularity
    "year": "anime__year",
    "episodes": "anime__episodes",
    "type": "type",
    "progress": "progress",
    "score": "score",
    "priority": "priority",
    "finished_on": "finished_on",
    "started_on": "started_on",
    "watched_at": "watched_at",
    RANDOM: RANDOM,  # api/shuffling.py
}
DEFAULT_ORDERING = "-added_at"
DEFAULT_OF_VIEW = {"up_next": "-watched_at"}

SCORES = {"minimum": 0, "maximum": 10}
PROGRESS = {"minimum": 0, "maximum": LARGEST_NUMBER}
TAGS: dict[str, Any] = {"many": True, "max_items": 5, "max_length": LONGEST_TAG}
SO_LONG = "so many days (30d), weeks (2w), months (6m) or years (1y), to today."
PARAMETERS: list[Parameter] = [
    query("type", str, "Only of these types.", enum=EntryType.values, many=True),
    query("state", str, "Only in these states.", enum=EntryState.values, many=True),
    query(
        "search",
        str,
        f"Words of any of the anime's names, or of your own `custom_title` of it; only "
        f"the first {MOST_WORDS} count.",
        max_length=LONGEST_QUERY,
    ),
    *PARAMETERS_ABOUT_TITLES,
    query(
        "tag", str, "The user's own tags, exact match. Several: all of them.", **TAGS
    ),
    query("exclude_tag", str, "Several: none of them.", **TAGS),
    query(
        "list", str, "Only what is on this list of one's own.", max_length=LONGEST_KEY
    ),
    query("score_min", float, "The user's own score, at least.", **SCORES),
    query("score_max", float, "The user's own score, at most.", **SCORES),
    query(
        "unscored",
        str,
        "`true`: without a score of the user's own; `false`: with one.",
        enum=["true", "false"],
    ),
    query("notes", str, "A text in the user's own notes.", max_length=LONGEST_QUERY),
    query("progress_min", int, "At least this many episodes watched.", **PROGRESS),
    query("progress_max", int, "At most this many episodes watched.", **PROGRESS),
    query("added_since", WHEN, "Added at or after this time or day."),
    query("updated_since", WHEN, "Changed at or after this time or day."),
    query("added_within", WITHIN, f"Added in {SO_LONG}"),
    query("updated_within", WITHIN, f"Changed in {SO_LONG}"),
    query("watched_within", WITHIN, f"Progress last rose in {SO_LONG}"),
    query("finished_within", WITHIN, f"Finished in {SO_LONG}"),
    query(
        "is_private",
        str,
        "Only private entries, or none of them.",
        enum=["true", "false"],
    ),
    query(
        "view",
        str,
        "`card` adds what covers show; `up_next` has entries being watched whose next "
        "episode has aired, as far as is known, most recently watched first; `lists` "
        "adds the ids of the lists of one's own that an entry is on.",
        enum=["card", "up_next", "lists"],
    ),
    query(
        "unaired",
        str,
        "`true`: with `view=up_next` also what is waiting for its next episode.",
        enum=["true"],
    ),
    query("counts", str, "`true`: counts by type, in meta.", enum=["true"]),
    query("fields", str, "Only these keys, such as `anime_id,progress`. " + FEWER_KEYS),
    SEED,
    query(
        "ordering",
        str,
        "Up to four of these keys, separated by commas, with - for descending order: "
        + ", ".join(ORDERINGS)
        + f". `{DEFAULT_ORDERING}` if absent.",
    ),
    *paging(),
]

# Each view of a list: how a row is shaped, and the keys it then has.
VIEWS = {
    "": (to_json, JSON_KEYS),
    "card": (to_card, CARD_KEYS),
    "up_next": (to_next, NEXT_KEYS),
    "lists": (to_listed, LISTED_KEYS),
}


class Score(filters.Filter):
    """0–10 outside, 0–100 inside."""

    def filter(self, entries: Any, value: Any) -> Any:
        return super().filter(entries, round(value * 10))


class Tagged(filters.Filter):
    """With every one of these tags; with `exclude`, with none of them."""

    def filter(self, entries: Any, tags: Any) -> Any:
        for tag in tags:
            text = unicodedata.normalize("NFC", tag)  # as tags are kept
            entries = self.get_method(entries)(has_text("tags", text))
        return entries


class Noted(filters.Filter):
    """With this text in the notes, which are kept in NFC."""

    def filter(self, entries: Any, text: str) -> Any:
        return super().filter(entries, unicodedata.normalize("NFC", text))


class Named(filters.Filter):
    """Every word somewhere in the anime's names, folded; "s2" in any spelling.

    field_name: of the title's id.
    """

    def filter(self, entries: Any, text: str) -> Any:
        return entries.filter(self.says(text))

    def says(self, text: str) -> Q:
        typed = fold_query(text)
        has_words = Q()
        for spelling in {typed, with_marks(typed)}:
            words = [*dict.fromkeys(spelling.split())][:MOST_WORDS]
            has_words |= Q(*(is_named(word, str(self.field_name)) for word in words))
        return has_words


class NamedByUser(Named):
    """Or in what its user calls it, as it is written there."""

    def says(self, text: str) -> Q:
        words = [*dict.fromkeys(text.split())][:MOST_WORDS]
        is_called = Q(*(Q(custom_title__icontains=word) for word in words))
        return super().says(text) | is_called


def is_named(word: str, anime_id: str) -> Exists:
    names = SearchName.objects.filter(anime_id=OuterRef(anime_id))
    return Exists(names.filter(name__contains=word))


def is_relative(wanted: Wanted) -> bool:
    """Whether the day that it is by the user's clock changes what is found."""
    return any(name.endswith("_within") for name in wanted)


class EntryFilters(filters_of_titles("anime__")):  # type: ignore[misc]
    type = filters.Filter("type", "in")
    state = filters.Filter("state", "in")
    search = NamedByUser("anime_id")
    tag = Tagged()
    exclude_tag = Tagged(exclude=True)
    score_min = Score("score", "gte")
    score_max = Score("score", "lte")
    unscored = YesOrNo("score", "isnull")
    notes = Noted("notes", "icontains")
    progress_min = filters.Filter("progress", "gte")
    progress_max = filters.Filter("progress", "lte")
    added_since = Since("added_at")
    updated_since = Since("updated_at")
    added_within = Within("added_at")
    updated_within = Within("updated_at")
    watched_within = Within("watched_at")
    finished_within = DayWithin("finished_on")
    is_private = YesOrNo("is_private")
