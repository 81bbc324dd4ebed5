"""What is done to viewings, and what a change of the entry does to the active one.

| when                                            | then                               |
|-------------------------------------------------|------------------------------------|
| a viewing begins                                | Watching/rewatching, progress 0    |
| the entry becomes Completed                     | the active one is finished         |
| the entry becomes dropped                       | the active one is dropped          |
| one after the first is finished                 | rewatches + 1                      |
| the last one is active again                    | Watching/rewatching, rewatches − 1 |
| the active one is dropped, or taken away        | the entry is what it was before it |
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from animecollections.api.errors import ApiError, refuse
from collections_app.watch_list import rules
from collections_app.watch_list import viewings as rows
from collections_app.watch_list.episode_ranges import Seen
from collections_app.watch_list.fields import LARGEST_NUMBER
from collections_app.watch_list.models import EntryState, EntryType
from collections_app.watch_list.viewings import ACTIVE, DROPPED, FINISHED, Row
from history.watched.days import is_to_come

if TYPE_CHECKING:
    from collections_app.watch_list.writes import ListEdit, Operation, Outcome, Slot

WATCHED_ANEW = {
    "type": EntryType.WATCHING.value,
    "state": EntryState.REWATCHING.value,
    "progress": 0,
    "episode_ranges": "",
}


def begin(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    """The next time through. 409 where the present one is not over: of many calls at
    once the first begins it.
    """
    if not rows.is_over(listed(slot, operation)):
        raise ApiError("viewing_not_over")
    values = dict(operation.values)
    check_days(edit, values)
    viewings = edit.viewings_of(slot)
    end_active(slot, viewings)
    entry = listed(slot, operation)
    if set(viewings.after) <= {1}:
        first = viewings.after.get(1) or rows.new(1) | {"id": entry["id"]}
        viewings.after[1] = first | rows.of_entry(entry, slot.facts["episodes"])
    number = next_number(viewings.last, entry["rewatches"])
    started_on = {"started_on": edit.today.isoformat()}
    viewings.after[number] = rows.new(number, **(started_on | values))
    slot.viewing = number
    outcome = edit.put(
        slot, replace(operation, verb="update", values=WATCHED_ANEW, watched_on=None)
    )
    outcome.number = number
    return outcome


def next_number(last: int, rewatches: int) -> int:
    """After all that are known. A file may bring a count beyond what a number can be:
    that says nothing.
    """
    number = max(last, 1 + rewatches) + 1
    if number > LARGEST_NUMBER:
        number = last + 1
    if number > LARGEST_NUMBER:
        raise refuse(number=f"The number of a viewing is {LARGEST_NUMBER:,} at most.")
    return number


def change(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    """Its own dates, score, notes and place. The state and progress of the active one
    are the entry's, and move it.
    """
    number, values = found(edit, slot, operation)["number"], dict(operation.values)
    check_days(edit, values)
    viewings = edit.viewings_of(slot)
    if slot.after is not None and set(viewings.after) <= {1}:
        return change_first(edit, slot, operation, values)
    row = viewings.after[number]
    outcome = edit.outcome_of(slot)
    if row["state"] == ACTIVE:
        of_entry = {n: values.pop(n) for n in ("state", "progress") if n in values}
        day = values.get("finished_on") or None
        moved = replace(operation, values=of_entry, watched_on=day)
        outcome = move_entry(edit, slot, moved)
        row |= values
    else:
        if values.get("state") == ACTIVE:
            return resume(edit, slot, operation, row, values)
        was_finished, was = row["state"] == FINISHED, row["progress"]
        row |= values
        row |= Seen.of(row).settled(was).columns
        count_rewatch(slot, number, (row["state"] == FINISHED) - was_finished)
    outcome.number = number
    return outcome


def resume(
    edit: "ListEdit",
    slot: "Slot",
    operation: "Operation",
    row: Row,
    values: dict[str, Any],
) -> "Outcome":
    """The last viewing goes on, as clients undo that it ended: what they counted by it
    beyond its progress is taken back.
    """
    viewings, number = edit.viewings_of(slot), row["number"]
    if viewings.active or number != viewings.last:
        raise refuse(state="This viewing is over: begin another one.")
    listed(slot, operation)
    progress = values.pop("progress", row["progress"])
    lowered = max(0, row["progress"] - progress)
    count_rewatch(slot, number, -(row["state"] == FINISHED))
    row |= {"finished_on": ""} | values
    slot.viewing = number
    of_entry = WATCHED_ANEW | rows.how_far(row) | {"progress": progress}
    outcome = edit.put(
        slot, replace(operation, verb="update", values=of_entry, watched_on=None)
    )
    slot.watched.lowered += lowered
    outcome.number = number
    return outcome


def change_first(
    edit: "ListEdit", slot: "Slot", operation: "Operation", values: dict[str, Any]
) -> "Outcome":
    """As long as there is no other the entry says all of it, but where it was."""
    viewings, entry = edit.viewings_of(slot), listed(slot, operation)
    total = slot.facts["episodes"]
    if values.get("state", rows.state_of(entry, total)) != rows.state_of(entry, total):
        raise refuse(state="The first viewing has the state of its entry.")
    values.pop("state", None)
    if place := values.pop("place", None):
        first = viewings.after.get(1) or rows.new(1) | {"id": entry["id"]}
        # Not active: one that is, is a viewing of its own, beside the entry.
        viewings.after[1] = first | rows.of_entry(entry, total) | {"state": FINISHED}
        viewings.after[1]["place"] = place
    elif place is not None and 1 in viewings.after:
        viewings.after[1]["place"] = ""
    outcome = edit.outcome_of(slot)
    if values:
        outcome = edit.put(slot, replace(operation, verb="update", values=values))
    outcome.number = 1
    return outcome


def move_entry(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    """The active viewing is moved by its entry."""
    values = dict(operation.values)
    state = values.pop("state", ACTIVE)
    if state == DROPPED:
        outcome = edit.outcome_of(slot)
        if values:
            outcome = edit.put(slot, replace(operation, verb="update", values=values))
        give_up(edit, slot, DROPPED)
        return outcome
    if state == FINISHED:
        values["type"] = EntryType.COMPLETED.value
    if not values:
        return edit.outcome_of(slot)
    listed(slot, operation)
    return edit.put(slot, replace(operation, verb="update", values=values))


def remove(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    """The others keep their numbers."""
    row = found(edit, slot, operation)
    number = row["number"]
    viewings = edit.viewings_of(slot)
    if slot.after is not None and set(viewings.after) <= {1}:
        raise ApiError("only_viewing")
    if row["state"] == ACTIVE:
        give_up(edit, slot, DROPPED)
    count_rewatch(slot, number, -(row["state"] == FINISHED))
    del viewings.after[number]
    outcome = edit.outcome_of(slot)
    outcome.number = number
    return outcome


def follow(edit: "ListEdit", slot: "Slot", change: rules.Edit) -> None:
    """What a change of the entry does to its active viewing."""
    if slot.viewing is None:
        return
    entry = change.after
    is_dropped = entry["state"] == EntryState.DROPPED
    if not (change.becomes_completed or is_dropped):
        return
    row = edit.viewings_of(slot).active
    if row is None:
        return
    row |= {"state": DROPPED} | rows.how_far(entry)
    if change.becomes_completed:
        row |= {"state": FINISHED}
        row["finished_on"] = row["finished_on"] or change.day_of(entry["progress"])
        # The rule of the last episode has counted it already; the first is none.
        counts = row["number"] > 1
        if counts and entry["rewatches"] == change.before["rewatches"] < LARGEST_NUMBER:
            change.imply("rewatches", entry["rewatches"] + 1, "viewing_finished")


def end_with_entry(edit: "ListEdit", slot: "Slot") -> None:
    """However an entry came to be over (an import, an undo), so is its viewing."""
    entry = slot.after
    is_read = slot.anime_id in edit.viewings
    if entry is None or not (is_read or (slot.viewing and slot.moved)):
        return
    is_dropped = entry["state"] == EntryState.DROPPED
    if is_dropped or entry["type"] == EntryType.COMPLETED:
        end_active(slot, edit.viewings_of(slot))


def end_active(slot: "Slot", viewings: rows.Viewings) -> None:
    """The active one is finished where the entry is Completed, else dropped."""
    row, entry = viewings.active, slot.after
    if row is None or entry is None:
        return
    row |= {"state": DROPPED} | rows.how_far(entry)
    if entry["type"] != EntryType.COMPLETED:
        return
    row["state"] = FINISHED
    was = slot.before["finished_on"] if slot.before else ""
    if entry["finished_on"] != was:
        row["finished_on"] = row["finished_on"] or entry["finished_on"]
    whole = [one for one in viewings.after.values() if one["state"] == FINISHED]
    again = max(entry["rewatches"], len(whole) - 1)
    slot.after = entry | {"rewatches": again}


def give_up(edit: "ListEdit", slot: "Slot", state: str) -> None:
    """The active viewing ends before its end; the entry is again what it was."""
    viewings = edit.viewings_of(slot)
    row = viewings.active
    if row is None:
        return
    if slot.after is not None:
        row |= rows.how_far(slot.after)
        earlier = (one for one in viewings.after.values() if one is not row)
        whole = [one for one in earlier if one["state"] == FINISHED]
        slot.after = slot.after | as_before(whole, slot.facts["episodes"])
    row["state"] = state
    slot.viewing = None


def as_before(whole: list[Row], total: int | None) -> dict[str, Any]:
    """What an entry is without the viewing that is given up: completed, where an
    earlier one came to its end. whole: those that did.
    """
    if not whole:
        dropped = EntryState.DROPPED.value
        return {"type": EntryType.COLLECTION.value, "state": dropped}
    furthest = max(whole, key=lambda row: int(row["progress"]))
    return {
        "type": EntryType.COMPLETED.value,
        "state": EntryState.ACTIVE.value,
        "progress": max(furthest["progress"], total or 0),
        "episode_ranges": furthest["episode_ranges"],
    }


def count_rewatch(slot: "Slot", number: int, by: int) -> None:
    if by and number > 1 and slot.after is not None:
        rewatches = slot.after["rewatches"] + by
        most = max(LARGEST_NUMBER, slot.after["rewatches"])
        slot.after = slot.after | {"rewatches": min(max(0, rewatches), most)}


def found(edit: "ListEdit", slot: "Slot", operation: "Operation") -> Row:
    """As it is shown. 404 where there is none, 412 where it moved on."""
    kept = edit.viewings_of(slot).after
    told = rows.shown(kept, slot.after, slot.facts["episodes"])
    column = "id" if operation.row_id else "number"
    wanted = operation.row_id or operation.number
    row = next((row for row in told if row[column] == wanted), None)
    if row is None:
        raise ApiError("viewing_not_found")
    if not operation.only_if.allows(row["revision"]):
        now = {"viewing": rows.to_json(row)}
        raise ApiError(
            "revision_mismatch", This="This viewing", name="viewing", details=now
        )
    return row


def listed(slot: "Slot", operation: "Operation") -> dict[str, Any]:
    if slot.after is None:
        raise ApiError("entry_not_found", id=operation.anime)
    return slot.after


def check_days(edit: "ListEdit", values: Mapping[str, Any]) -> None:
    for name in ("started_on", "finished_on"):
        if is_to_come(values.get(name) or "", edit.today):
            raise refuse(**{name: "This day is still to come."})
