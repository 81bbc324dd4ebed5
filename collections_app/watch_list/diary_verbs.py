"""What is done to the diary by itself: added, corrected, taken out. In memory."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from animecollections.api.errors import ApiError
from collections_app.watch_list import rules
from collections_app.watch_list.episode_ranges import up_to

if TYPE_CHECKING:
    from collections_app.watch_list.writes import ListEdit, Operation, Outcome, Slot


class DayOfTitle(NamedTuple):
    """A row of the diary."""

    watched_on: str
    episodes: int
    viewing: int


def add(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    """To the day, month or year; the title need not be on the list."""
    watched_on, episodes = operation.watched_on or "", operation.values["episodes"]
    rules.check_day(watched_on, edit.today)
    days = rules.days_of(watched_on, slot.facts, up_to(episodes), edit.today)
    return counted(edit, slot, days)


def change(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    """Another day, another number, or both."""
    watched_on = operation.watched_on
    if watched_on is not None:
        rules.check_day(watched_on, edit.today)
    row = found(edit, slot, operation)
    number = operation.values.get("episodes", row.episodes)
    days = {row.watched_on: number}
    if watched_on is not None:
        days = rules.days_of(watched_on, slot.facts, up_to(number), edit.today)
    slot.watched.add_beside({row.watched_on: -row.episodes})
    slot.viewings_of_days |= dict.fromkeys(days, row.viewing)
    return counted(edit, slot, days)


def remove(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    row = found(edit, slot, operation)
    slot.watched.add_beside({row.watched_on: -row.episodes})
    return edit.outcome_of(slot)


def counted(edit: "ListEdit", slot: "Slot", days: Mapping[str, int]) -> "Outcome":
    slot.watched.add_beside(days)
    outcome = edit.outcome_of(slot)
    outcome.day = max(days)
    return outcome


def found(edit: "ListEdit", slot: "Slot", operation: "Operation") -> DayOfTitle:
    """The row, with as many episodes as it has by now."""
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
    return DayOfTitle(row["watched_on"], episodes, row["viewing"])
