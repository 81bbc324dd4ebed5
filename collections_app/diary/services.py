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
from collections_app.watch_list import diary_verbs, rules
from collections_app.watch_list.writes import ListEdit, Slot
from history.log.recording import Recording, recording
from history.models import ChangeKind, EpisodesWatched


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
    rules.check_day(watched_on, today)
    with writing(user_id, through) as record:
        edit, slot = read(record, user_id, anime, today)
        days = rules.days_between(watched_on, slot.facts, 1, episodes, today)
        slot.watched.add_all(days)
        operation_id = record.operation_id if edit.save() else None
    return Written(row_of_day(user_id, slot.anime_id, max(days)), operation_id)


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
    if "watched_on" in values:
        rules.check_day(values["watched_on"], today)
    with writing(user_id, through) as record:
        row = find(user_id, row_id, only_if)
        edit, slot = read(record, user_id, ref_of(row), today)
        days = diary_verbs.correct(
            slot, row.watched_on, row.episodes, values, values.get("watched_on"), today
        )
        operation_id = record.operation_id if edit.save() else None
    return Written(row_of_day(user_id, slot.anime_id, max(days)), operation_id)


def remove(
    *,
    user_id: UUID,
    row_id: UUID,
    only_if: Precondition = ALWAYS,
    today: date,
    through: Origin,
) -> Written:
    """Takes a row out of the diary; 404 where it is not there."""
    with writing(user_id, through) as record:
        row = find(user_id, row_id, only_if)
        edit, slot = read(record, user_id, ref_of(row), today)
        slot.watched.add(row.watched_on, -row.episodes)
        return Written(None, record.operation_id if edit.save() else None)


def writing(user_id: UUID, through: Origin) -> Any:
    return recording(user_id=user_id, through=through, expected_kind=ChangeKind.WATCHED)


def read(
    record: Recording, user_id: UUID, ref: AnimeRef, today: date
) -> tuple[ListEdit, Slot]:
    edit = ListEdit(record, user_id, today)
    edit.read([ref])
    return edit, edit.slot_of(ref)


def find(user_id: UUID, row_id: UUID, only_if: Precondition) -> Any:
    """Under the lock. 412 where it is not the one that the client saw."""
    rows = EpisodesWatched.objects.of(user_id).with_watched_on()
    row = rows.filter(pk=row_id, episodes__gt=0).first()
    if row is None:
        raise ApiError("watched_not_found")
    if not only_if.allows(row.revision):
        now = {"watched": as_json(row)}
        raise ApiError(
            "revision_mismatch", This="This day", name="watched", details=now
        )
    return row


def ref_of(row: EpisodesWatched) -> AnimeRef:
    return AnimeRef(OWN, str(row.anime_id))


def row_of_day(user_id: UUID, anime_id: int, day: str) -> dict[str, object] | None:
    rows: Any = EpisodesWatched.objects.of(user_id).with_watched_on()
    row = rows.filter(anime_id=anime_id, watched_on=day, episodes__gt=0).first()
    return as_json(row) if row else None


def as_json(row: Any) -> dict[str, Any]:
    return row_to_json(row, title_facts([row.anime_id]))
