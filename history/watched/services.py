"""Episodes watched, when two titles become one and when they part again."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from animecollections.db.bulk import upsert
from animecollections.db.ids import new_id
from history.watched.models import EpisodesWatched

Days = list[tuple[date, int]]


def move(user_id: UUID, *, from_id: int, to_id: int) -> Days:
    """All that a user watched of one title counts as of another; what it was, by day.

    Call it under the user's lock.
    """
    rows = EpisodesWatched.objects.of(user_id).filter(anime_id=from_id)
    days = list(rows.order_by("day").values_list("day", "episodes"))
    add(user_id, to_id, days)
    rows.delete()
    return days


def take_back(user_id: UUID, days: Days, *, from_id: int, to_id: int) -> None:
    """What `move` moved, and no more: what came since stays where it is."""
    add(user_id, to_id, days)
    add(user_id, from_id, [(day, -number) for day, number in days])


def add(user_id: UUID, anime_id: int, days: Iterable[tuple[date, int]]) -> None:
    upsert(
        EpisodesWatched,
        [
            {
                "id": new_id(),
                "user_id": user_id,
                "day": day,
                "anime_id": anime_id,
                "episodes": number,
            }
            for day, number in days
        ],
        unique=("user", "day", "anime_id"),
        adding=("episodes",),
    )


def watchers(anime_id: int) -> set[UUID]:
    """Everybody who watched some of a title; reads the whole table."""
    rows = EpisodesWatched.objects.across_users().filter(anime_id=anime_id).order_by()
    return set(rows.values_list("user_id", flat=True).distinct())
