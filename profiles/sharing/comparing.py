"""Two lists side by side: the asker's, and what they see of another's."""

from statistics import StatisticsError, correlation, fmean
from typing import Any, TypedDict
from uuid import UUID

from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from collections_app.models import WatchListEntry
from profiles.following.watchers import ENTRY, EntryOfOther, entry_of_other
from profiles.sharing.owners import Look
from profiles.sharing.reads import TYPES

PER_PAGE = 50
FEWEST_SCORES = 10  # in common; of fewer an affinity says nothing
TITLE = ("anime_id", "anime__title", "anime__picture_url")


class Comparison(TypedDict):
    """Of two lists: `shared` titles, and those `scored` by both."""

    user_name: str
    shared: int
    scored: int
    mean_difference: float | None
    affinity: float | None


class ComparedTitle(TypedDict):
    anime_id: str
    title: str
    imageUrl: str | None
    own: EntryOfOther
    theirs: EntryOfOther


def compare(look: Look, user_id: UUID) -> tuple[list[ComparedTitle], dict[str, object]]:
    """A page of the titles of both, and in meta the comparison: five statements. What
    is not seen of the other's list is in no number.
    """
    look.require(*TYPES)
    theirs = WatchListEntry.objects.of(look.user_id).visible_to(look.viewer)
    mine = WatchListEntry.objects.of(user_id)
    shared = theirs.filter(anime_id__in=mine.values("anime_id"))
    rows, meta = page(
        in_type_of_both(shared, mine, look.wanted).values(*TITLE, *ENTRY),
        look.wanted,
        orderings={"title": "anime__title"},
        default="title",
        limit=PER_PAGE,
        key="anime_id",
        of=(look.user_id, user_id),
    )
    ids = [row["anime_id"] for row in rows]
    own = {row["anime_id"]: row for row in own_rows(user_id, ids)}
    scores = scores_of_both(shared, mine)
    comparison: Comparison = {
        "user_name": look.user_name,
        "shared": shared.count(),
        "scored": len(scores),
        "mean_difference": mean_difference(scores),
        "affinity": affinity(scores),
    }
    titles = [
        title(row, own[row["anime_id"]]) for row in rows if row["anime_id"] in own
    ]
    return titles, meta | {"comparison": comparison}


def in_type_of_both(shared: Any, mine: Any, wanted: Wanted) -> Any:
    """All, or those that both have in the type that is asked for."""
    if (type_ := wanted.get("type")) is None:
        return shared
    ids = mine.filter(type=type_).values("anime_id")
    return shared.filter(type=type_, anime_id__in=ids)


def own_rows(user_id: UUID, ids: list[int]) -> Any:
    return (
        WatchListEntry.objects.of(user_id)
        .filter(anime_id__in=ids)
        .values("anime_id", *ENTRY)
    )


def title(theirs: dict[str, Any], own: dict[str, Any]) -> ComparedTitle:
    return {
        "anime_id": str(theirs["anime_id"]),
        "title": theirs["anime__title"],
        "imageUrl": theirs["anime__picture_url"] or None,
        "own": entry_of_other(own),
        "theirs": entry_of_other(theirs),
    }


def scores_of_both(shared: Any, mine: Any) -> list[tuple[int, int]]:
    """Pairs of scores, 0 to 100: the asker's, theirs."""
    own = dict(mine.exclude(score=None).values_list("anime_id", "score"))
    theirs = shared.exclude(score=None).values_list("anime_id", "score")
    return [(own[id_], score) for id_, score in theirs if id_ in own]


def mean_difference(scores: list[tuple[int, int]]) -> float | None:
    """In points of ten."""
    if not scores:
        return None
    return round(fmean(abs(own - theirs) for own, theirs in scores) / 10, 2)


def affinity(scores: list[tuple[int, int]]) -> float | None:
    """None of too few scores, and where one of the two gave the same to all."""
    if len(scores) < FEWEST_SCORES:
        return None
    try:
        return round(100 * correlation(*zip(*scores, strict=True)), 1)
    except StatisticsError:
        return None
