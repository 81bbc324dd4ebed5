"""What narrows and orders a watch list."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from animecollections.api.parameters import (
    WHEN,
    Parameter,
    first_moment,
)
from animecollections.api.schema import paging, query
from collections_app.catalogue.folding import fold
from collections_app.entries import (
    CARD_KEYS,
    JSON_KEYS,
    LARGEST_NUMBER,
    LONGEST_TAG,
    NEXT_KEYS,
    to_card,
    to_json,
    to_next,
)
from collections_app.filters.titles import (
    PARAMETERS_ABOUT_TITLES,
    about_titles,
    looked_up,
)
from collections_app.models import (
    EntryQuerySet,
    EntryState,
    EntryType,
    SearchName,
)

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


LOOKUPS = {
    "type": "type__in",
    "state": "state__in",
    "progress_min": "progress__gte",
    "progress_max": "progress__lte",
}
SCORES = {"minimum": 0, "maximum": 10}
PROGRESS = {"minimum": 0, "maximum": LARGEST_NUMBER}
TAGS: dict[str, Any] = {"many": True, "max_items": 5, "max_length": LONGEST_TAG}
LONGEST_SEARCH = 200
MOST_WORDS = 10
PARAMETERS: list[Parameter] = [
    query("type", str, "Only of these types.", enum=EntryType.values, many=True),
    query("state", str, "Only in these states.", enum=EntryState.values, many=True),
    query(
        "search",
        str,
        f"Words of any of the anime's names; the first {MOST_WORDS} count.",
        max_length=LONGEST_SEARCH,
    ),
    *PARAMETERS_ABOUT_TITLES,
    query("tag", str, "The user's own tags, exactly. Several: all of them.", **TAGS),
    query("exclude_tag", str, "Several: none of them.", **TAGS),
    query("score_min", float, "The user's own score, at least.", **SCORES),
    query("score_max", float, "The user's own score, at most.", **SCORES),
    query("progress_min", int, "At least so many episodes watched.", **PROGRESS),
    query("progress_max", int, "At most so many episodes watched.", **PROGRESS),
    query("added_since", WHEN, "Added at this time, or on this day, or later."),
    query("updated_since", WHEN, "Changed at this time, or on this day, or later."),
    query("is_private", str, "Private ones only, or none.", enum=["true", "false"]),
    query(
        "view",
        str,
        "`card` adds what covers show; `up_next` is what is being watched and has "
        "episodes left, most recently watched first.",
        enum=["card", "up_next"],
    ),
    query("counts", str, "`true`: how many of each type, in meta.", enum=["true"]),
    query("fields", str, "Only these keys: `anime_id,progress`."),
    query(
        "ordering",
        str,
        "Up to four of these words, with - for the greatest first, by commas: "
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
}


def narrow(
    entries: EntryQuerySet, wanted: Mapping[str, Any], zone: str
) -> EntryQuerySet:
    """The entries that a query asks for; `zone` is the user's clock."""
    return entries.filter(
        *looked_up(LOOKUPS, wanted),
        *about_titles(wanted, "anime__"),
        *about_entries(wanted, zone),
    )


def about_entries(wanted: Mapping[str, Any], zone: str) -> Iterator[Any]:
    for name, lookup in (("score_min", "score__gte"), ("score_max", "score__lte")):
        if name in wanted:  # 0–10 outside, 0–100 inside
            yield Q(**{lookup: round(wanted[name] * 10)})
    for name in ("added", "updated"):
        if since := wanted.get(f"{name}_since"):
            yield Q(**{f"{name}_at__gte": first_moment(since, zone)})
    if "is_private" in wanted:
        yield Q(is_private=wanted["is_private"] == "true")
    for tag in wanted.get("tag", ()):
        yield has_tag(tag)
    for tag in wanted.get("exclude_tag", ()):
        yield ~has_tag(tag)
    words = dict.fromkeys(fold(wanted.get("search", "")).split())
    for word in [*words][:MOST_WORDS]:
        names = SearchName.objects.filter(anime_id=OuterRef("anime_id"))
        yield Exists(names.filter(name__contains=word))


def has_tag(tag: str) -> Any:
    tag = unicodedata.normalize("NFC", tag)  # as tags are kept
    if connection.features.supports_json_field_contains:
        return Q(tags__contains=[tag])
    among = 'SELECT value FROM json_each("collections_app_watchlistentry"."tags")'
    return RawSQL(f"%s IN ({among})", [tag], output_field=BooleanField())  # noqa: S611
