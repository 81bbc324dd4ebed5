"""An episode that somebody watched, by its number: what a player tells.

| the entry                                      | then                                |
|------------------------------------------------|-------------------------------------|
| there is none                                  | added, or what was removed a while  |
|                                                | ago is put back; then as below      |
| has not got so far                             | progress is this episode            |
| has it skipped                                 | it is watched, and skipped no more  |
| has it already, and is being watched           | nothing: another app said so too    |
| is over, and this may be what ended it         | nothing: the entry says so already  |
| is Completed, and it is the first              | the next viewing begins; not where  |
|                                                | `begins` is false: as below         |
| is over, and it is another that was watched    | the diary has it; the entry stays   |

Progress is never lowered. Episodes before it that nobody knows of count as watched too,
on an unknown day, unless it is wished otherwise (`fills_gaps`): then they stay open.
"""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from collections_app.watch_list import diary_verbs, viewing_verbs, viewings
from collections_app.watch_list.episode_ranges import (
    Said,
    Seen,
    common,
    minus,
    size,
    union,
    up_to,
)
from collections_app.watch_list.fields import NEW_ENTRY
from collections_app.watch_list.models import EntryState, EntryType
from collections_app.watch_list.rules import SENT_AS_UNKNOWN
from history.models import Change, ChangeKind

if TYPE_CHECKING:
    from collections_app.watch_list.writes import ListEdit, Operation, Outcome, Slot

# One watching is told in several ways (its end, a mark, by hand); a second watching of
# the same episode comes later than this.
SAME_WATCHING = timedelta(hours=6)


def watch(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    """values: `first` and `last`, the episodes; `fills_gaps`; `at`, the time, and
    `earlier_on`, the day SAME_WATCHING before it; `begins`, whether a viewing may.
    """
    first, last = operation.values["first"], operation.values["last"]
    watched = ((first, last),)
    if slot.after is None:
        add(edit, slot, operation)
    entry = entry_of(slot)
    if not minus(watched, Seen.of(entry).watched):
        if not viewings.is_over(entry) or may_have_ended(edit, slot, operation):
            return edit.outcome_of(slot)
        may_begin = entry["type"] == EntryType.COMPLETED and first == 1
        if not may_begin or not operation.values.get("begins", True):
            return note(edit, slot, operation, size(watched))
        values = {"started_on": operation.watched_on} if operation.watched_on else {}
        viewing_verbs.begin(
            edit, slot, replace(operation, verb="viewing_begin", values=values)
        )
    return go_on(edit, slot, operation)


def add(edit: "ListEdit", slot: "Slot", operation: "Operation") -> None:
    """What was removed within a day comes back as it was, however far it was; what was
    undone does not.
    """
    removed = None if was_undone(edit, slot) else slot.removed
    type_ = removed["type"] if removed else EntryType.TO_WATCH.value
    added = replace(operation, verb="add", values={"type": type_}, watched_on=None)
    edit.put(slot, replace(added, fresh=removed is None))


def was_undone(edit: "ListEdit", slot: "Slot") -> bool:
    """Whether an undo removed it last. One statement, or none."""
    if slot.removed is None:
        return False
    removals = Change.objects.of(edit.user_id).filter(
        anime_id=slot.anime_id, kind=ChangeKind.REMOVE
    )
    last = removals.order_by("-revision").first()
    return bool(last and (last.undoes or last.undone_app_id))


def may_have_ended(edit: "ListEdit", slot: "Slot", operation: "Operation") -> bool:
    """Whether it was watched before the entry was over, or within hours of that: then
    somebody said so by hand, and it is not watched again.
    """
    if finished_on := last_finish(edit, slot):
        return bool(operation.values["earlier_on"] <= finished_on)
    entry = entry_of(slot)
    over_since = entry.get("watched_at") or entry["added_at"]
    return bool(operation.values["at"] < over_since + SAME_WATCHING)


def last_finish(edit: "ListEdit", slot: "Slot") -> str:
    """The day, month or year of it; "" where nobody knows."""
    rows = edit.viewings_of(slot).after
    last = rows[max(rows)] if rows.keys() - {1} else entry_of(slot)
    return str(last["finished_on"])


def note(
    edit: "ListEdit", slot: "Slot", operation: "Operation", episodes: int
) -> "Outcome":
    """In the diary alone."""
    values = {"episodes": episodes}
    return diary_verbs.add(edit, slot, replace(operation, values=values))


def go_on(edit: "ListEdit", slot: "Slot", operation: "Operation") -> "Outcome":
    """From an entry that has less than these episodes."""
    first, last = operation.values["first"], operation.values["last"]
    take_up(edit, slot, operation)
    seen = Seen.of(entry_of(slot))
    known = union(seen.watched, seen.skipped)
    if operation.values["fills_gaps"] and minus(up_to(first - 1), known):
        before = {"progress": first - 1}
        edit.put(slot, as_update(operation, before, SENT_AS_UNKNOWN))
        seen = Seen.of(entry_of(slot))
    is_next = first <= seen.progress + 1 <= last
    if is_next and not common(((first, last),), seen.skipped):
        by = last - seen.progress
        return edit.put(slot, replace(operation, verb="increment", values={}, by=by))
    said = Said(watched=union(seen.watched, ((first, last),)))
    values = {"episode_ranges": said}
    return edit.put(slot, as_update(operation, values, operation.watched_on))


def take_up(edit: "ListEdit", slot: "Slot", operation: "Operation") -> None:
    """What is not being watched is from now on. The first progress on To Watch does so
    by itself, and dates it.
    """
    entry, first = entry_of(slot), operation.values["first"]
    begins = entry["progress"] == 0 and (first == 1 or operation.values["fills_gaps"])
    is_wanted = entry["type"] == EntryType.TO_WATCH and not begins
    if is_wanted or entry["type"] == EntryType.COLLECTION:
        values = {"type": EntryType.WATCHING.value}
        edit.put(slot, as_update(operation, values, None))
    elif entry["state"] == EntryState.ON_HOLD:
        values = {"state": EntryState.ACTIVE.value}
        edit.put(slot, as_update(operation, values, None))


def as_update(
    operation: "Operation", values: dict[str, Any], watched_on: str | None
) -> "Operation":
    return replace(operation, verb="update", values=values, watched_on=watched_on)


def entry_of(slot: "Slot") -> dict[str, Any]:
    return slot.after or NEW_ENTRY
