"""What a person adds to their diary and corrects in it: through the one write path, as
operations. None of it touches progress.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from animecollections.api.conditional import ALWAYS, Precondition
from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.diary.reads import row_to_json, title_facts
from collections_app.watch_list.writes import Operation, do
from history.models import EpisodesWatched


@dataclass(frozen=True, slots=True)
class Written:
    """The row as it is now, None where there is none; the operation that wrote it."""

    row: dict[str, Any] | None
    operation_id: UUID | None


def add(
    *,
    user_id: UUID,
    anime: AnimeRef,
    watched_on: str,
    episodes: int,
    today: date,
    through: Origin,
) -> Written:
    """Adds to the day, month or year; the title need not be on the list."""
    values = {"episodes": episodes}
    operation = Operation("watched_add", anime, values, watched_on=watched_on)
    return written(user_id, operation, today, through)


def correct(
    *,
    user_id: UUID,
    row_id: UUID,
    values: Mapping[str, Any],
    only_if: Precondition = ALWAYS,
    today: date,
    through: Origin,
) -> Written:
    """Another day, another number, or both; what is not sent stays.

    Moved to a day that the title has already, it is added to that one.
    """
    operation = Operation(
        "watched_update",
        title_of(user_id, row_id),
        values,
        row_id=row_id,
        only_if=only_if,
        watched_on=values.get("watched_on"),
    )
    return written(user_id, operation, today, through)


def remove(
    *,
    user_id: UUID,
    row_id: UUID,
    only_if: Precondition = ALWAYS,
    today: date,
    through: Origin,
) -> Written:
    """Takes a row out of the diary; 404 where it is not there."""
    anime = title_of(user_id, row_id)
    operation = Operation("watched_remove", anime, row_id=row_id, only_if=only_if)
    return written(user_id, operation, today, through)


def title_of(user_id: UUID, row_id: UUID) -> AnimeRef:
    """A row is always of the same title."""
    rows = EpisodesWatched.objects.of(user_id).filter(pk=row_id)
    anime_id = rows.values_list("anime_id", flat=True).first()
    if anime_id is None:
        raise ApiError("watched_not_found")
    return AnimeRef(OWN, str(anime_id))


def written(
    user_id: UUID, operation: Operation, today: date, through: Origin
) -> Written:
    outcome = do(user_id=user_id, operation=operation, today=today, through=through)
    row = None
    if outcome.day is not None:
        rows = EpisodesWatched.objects.of(user_id).with_watched_on()
        of_day = rows.of_anime([outcome.anime_id]).of_day(outcome.day)
        row = of_day.filter(episodes__gt=0).first()
    told = row_to_json(row, title_facts([row.anime_id])) if row else None
    return Written(told, outcome.operation_id)
