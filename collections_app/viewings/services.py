"""Begins a viewing, corrects it, takes it away: through the one write path to a list,
as operations.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from animecollections.api.conditional import ALWAYS, Precondition
from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.refs import AnimeRef
from collections_app.watch_list import viewings
from collections_app.watch_list.fields import STORED_COLUMNS
from collections_app.watch_list.models import WatchListEntry
from collections_app.watch_list.writes import Operation, Outcome, do


def viewings_of(user_id: UUID, ref: AnimeRef) -> list[dict[str, Any]]:
    """Every time through a title, the first one first; three statements.

    They outlive the entry; 404 where there is neither.
    """
    anime = find_anime(ref)
    rows = viewings.read(user_id, [anime.id])[anime.id].after
    entries = WatchListEntry.objects.of(user_id).filter(anime_id=anime.id)
    entry = entries.values(*STORED_COLUMNS).first()
    if entry is None and not rows:
        raise ApiError("entry_not_found", id=ref)
    told = viewings.shown(rows, entry, anime.episodes)
    return [viewings.to_json(row) for row in told]


def begin(
    *,
    user_id: UUID,
    anime: AnimeRef,
    values: Mapping[str, Any],
    only_if: Precondition = ALWAYS,
    today: date,
    through: Origin,
) -> Outcome:
    """The next time through; only_if is about the entry."""
    said = viewings.columns_of(values)
    operation = Operation("viewing_begin", anime, said, only_if=only_if)
    return do(user_id=user_id, operation=operation, today=today, through=through)


def change(
    *,
    user_id: UUID,
    anime: AnimeRef,
    viewing_id: UUID,
    values: Mapping[str, Any],
    only_if: Precondition = ALWAYS,
    today: date,
    through: Origin,
) -> Outcome:
    said = viewings.columns_of(values)
    operation = Operation(
        "viewing_update", anime, said, only_if=only_if, row_id=viewing_id
    )
    return do(user_id=user_id, operation=operation, today=today, through=through)


def remove(
    *,
    user_id: UUID,
    anime: AnimeRef,
    viewing_id: UUID,
    only_if: Precondition = ALWAYS,
    today: date,
    through: Origin,
) -> Outcome:
    """The others keep their numbers."""
    operation = Operation("viewing_remove", anime, only_if=only_if, row_id=viewing_id)
    return do(user_id=user_id, operation=operation, today=today, through=through)
