"""What is done to the diary by itself: added, corrected, taken out. In memory."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from animecollections.api.errors import ApiError
from collections_app.watch_list import rules

if TYPE_CHECKING:
    from collections_app.watch_list.writes import ListEdit, Operation, Outcome, Slot


def add(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    """To the day, month or year; the title need not be on the list."""
    watched_on = operation.watched_on or ""
    rules.check_day(watched_on, edit.today)
    episodes = operation.values["episodes"]
    days = rules.days_between(watched_on, slot.facts, 1, episodes, edit.today)
    slot.watched.add_all(days)
    return edit.outcome_of(slot)


def change(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    if operation.watched_on is not None:
        rules.check_day(operation.watched_on, edit.today)
    day, episodes = found(edit, slot, operation)
    correct(slot, day, episodes, operation.values, operation.watched_on, edit.today)
    return edit.outcome_of(slot)


def remove(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    day, episodes = found(edit, slot, operation)
    slot.watched.add(day, -episodes)
    return edit.outcome_of(slot)


def correct(
    slot: "Slot",
    day: str,
    episodes: int,
    values: Mapping[str, Any],
    watched_on: str | None,
    today: date,
) -> Mapping[str, int]:
    """Another day, another number, or both; on which days they are now."""
    number = values.get("episodes", episodes)
    days: Mapping[str, int] = {day: number}
    if watched_on is not None:
        days = rules.days_between(watched_on, slot.facts, 1, number, today)
    slot.watched.add(day, -episodes)
    slot.watched.add_all(days)
    return days


def found(edit: "ListEdit", slot: "Slot", operation: "Operation") -> tuple[str, int]:
    """The day of the row, and how many episodes it has by now."""
    row = edit.diary_rows().get(operation.row_id)
    if row is None or row["anime_id"] != slot.anime_id:
        raise ApiError("watched_not_found")
    if not operation.only_if.allows(row["revision"]):
        now = {name: row[name] for name in ("id", "episodes", "revision")}
        now["watched_on"] = row["watched_on"] or "unknown"
        raise ApiError(
            "revision_mismatch",
            This="This day",
            name="watched",
            details={"watched": now},
        )
    episodes = row["episodes"] + slot.watched.days.get(row["watched_on"], 0)
    if episodes <= 0:
        raise ApiError("watched_not_found")
    return row["watched_on"], episodes
