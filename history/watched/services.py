"""Episodes watched: what a write adds to the diary, and what two titles that become
one do to it.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from animecollections.db.bulk import Rows, inserting
from animecollections.db.hot import run
from animecollections.db.ids import new_id
from history.watched.days import Diary
from history.watched.models import EpisodesWatched

Days = list[tuple[str, int]]
EXACT = len("2026-11-28")
KEY = ("user", "day", "anime_id")
KEY_WITHOUT_DAY = ("user", "period", "anime_id")


def rows_to_add(
    user_id: UUID,
    watched: Mapping[tuple[str, int], int],
    *,
    through: str = "",
    revisions: Mapping[int, int] | None = None,
    viewings: Mapping[tuple[str, int], int] | None = None,
) -> list[Rows]:
    """What adds so many episodes, by day and anime: to be written under the user's
    lock. revisions: of the change, by anime. viewings: which time through it was; a row
    that is there keeps its own.
    """
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for (day, anime_id), episodes in sorted(watched.items()):
        is_exact = len(day) == EXACT
        rows[is_exact].append(
            {
                "id": new_id(),
                "user_id": user_id,
                "day": day if is_exact else None,
                "period": "" if is_exact else day,
                "anime_id": anime_id,
                "viewing": (viewings or {}).get((day, anime_id), 1),
                "episodes": episodes,
                "through": through,
                "revision": (revisions or {}).get(anime_id, 0),
            }
        )
    adding, keeping = ("episodes",), ("viewing",)
    return [
        Rows(EpisodesWatched, rows[True], KEY, adding, keeping=keeping),
        Rows(
            EpisodesWatched,
            rows[False],
            KEY_WITHOUT_DAY,
            adding,
            unique_where="day IS NULL",
            keeping=keeping,
        ),
    ]


def diaries_of(
    user_id: UUID, anime_ids: Collection[int] | None = None
) -> Mapping[int, Diary]:
    """What a user watched of each of these anime, or of all, by day; one statement."""
    found: dict[int, dict[str, int]] = {}
    rows = EpisodesWatched.objects.of(user_id).with_watched_on()
    if anime_ids is not None:
        rows = rows.of_anime(anime_ids)
    columns = ("anime_id", "watched_on", "episodes")
    for anime_id, day, episodes in rows.order_by().values_list(*columns):
        diary = found.setdefault(anime_id, {})
        diary[day] = diary.get(day, 0) + episodes
    return found


def move(user_id: UUID, *, from_id: int, to_id: int) -> Days:
    """All that a user watched of one title counts as of another; what it was, by day.

    Call it under the user's lock.
    """
    days = sorted(diaries_of(user_id, [from_id]).get(from_id, {}).items())
    add(user_id, to_id, days)
    EpisodesWatched.objects.of(user_id).filter(anime_id=from_id).delete()
    return days


def take_back(user_id: UUID, days: Days, *, from_id: int, to_id: int) -> None:
    """What `move` moved, and no more: what came since stays where it is."""
    add(user_id, to_id, days)
    add(user_id, from_id, [(day, -number) for day, number in days])


def add(user_id: UUID, anime_id: int, days: Days) -> None:
    sums: dict[tuple[str, int], int] = {}
    for day, number in days:
        sums[day, anime_id] = sums.get((day, anime_id), 0) + number
    run(*inserting(*rows_to_add(user_id, sums, through="merge")))


def watchers(anime_id: int) -> set[UUID]:
    """Everybody who watched some of a title."""
    rows = EpisodesWatched.objects.across_users().filter(anime_id=anime_id).order_by()
    return set(rows.values_list("user_id", flat=True).distinct())
