"""Operations: what was done, told to a person, and undone.

An operation is the changes that share its id. Undo is a new operation that puts the
values before over the values after, field by field, where they still stand; what has
changed since is reported, not trampled. `app_undo.py` does so with all that an app did.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from animecollections.api.errors import ApiError, missing
from animecollections.db.ids import new_id
from animecollections.identity import Origin
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.own_lists import undoing as own_lists
from collections_app.own_lists.undoing import LIST_KINDS
from collections_app.watch_list import undo_rows, viewings
from collections_app.watch_list.entries import Entry, differences, from_snapshot
from collections_app.watch_list.fields import LOGGED_FIELDS, shown
from collections_app.watch_list.joining import merged
from collections_app.watch_list.viewings import ACTIVE, Viewings
from collections_app.watch_list.writes import ListEdit, Slot, fits
from history.log.recording import recording
from history.log.undoable_rows import has_no_values, undoable_rows
from history.models import Change, ChangeKind
from history.watched.days import Diary, Tally
from history.watched.services import diaries_of

Expected = tuple[object, object]  # what was expected, what is there
WHOLE = "whole"  # an entry, as if it were one of its fields
ENTRY_KINDS = (
    ChangeKind.ADD,
    ChangeKind.UPDATE,
    ChangeKind.REMOVE,
    ChangeKind.WATCHED,
    ChangeKind.VIEWING,
)


PAIRS = ({"type", "state"}, {"progress", "episode_ranges"})


class PrunedError(Exception):
    """The log was pruned after the moment that is asked for."""


@dataclass(slots=True)
class Undone:
    """What an undo did, or would do.

    conflicts: {"anime_id", "title", "field", "expected", "found"} of each value that
    changed after the operation and therefore stays.
    kept: by title, the names of what is not put back, with the change that keeps it.
    additions: entries that were added and stay, because they changed since.
    """

    entries: list[dict[str, Any]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    operation_id: UUID | None = None
    kept: dict[int, dict[str, Change | None]] = field(default_factory=dict)
    additions: dict[int, "Addition"] = field(default_factory=dict)

    def keeps(self, slot: Slot, *names: str) -> bool:
        """Whether any of these is not to be put back."""
        kept = self.kept.get(slot.anime_id, {})
        return any(name in kept for name in names)

    def keep(self, slot: Slot, names: Iterable[str], by: Change | None = None) -> None:
        kept = self.kept.setdefault(slot.anime_id, {})
        for name in names:
            kept.setdefault(name, by)

    def close(self) -> None:
        """Tells of the entries that were added, and of which no removal came first."""
        for addition in self.additions.values():
            self.conflicts += addition.conflicts
        self.additions = {}


@dataclass(frozen=True, slots=True)
class Addition:
    """One that stays: what it added, and why it stays."""

    change: Change
    conflicts: list[dict[str, Any]]


def undo(
    *,
    user_id: UUID,
    operation_id: UUID,
    today: date,
    through: Origin,
    dry_run: bool = False,
    own_id: UUID | None = None,
    has_scope: Callable[[str], bool] = lambda scope: True,
) -> Undone:
    """Puts back what an operation changed, as a new operation (undone like any).

    The number of statements does not grow with that of entries. own_id: of the new
    operation, where it is one of several users. has_scope: of who asks, for what needs
    another scope than the watch list: who sees a list, and preferences; else 403.
    """
    with recording(
        user_id=user_id, through=through, undoes=operation_id, operation_id=own_id
    ) as record:
        kinds = [*ENTRY_KINDS, *LIST_KINDS, *undoable_rows]
        changes = list(
            Change.objects.of(user_id)
            .filter(operation_id=operation_id, kind__in=kinds)
            .order_by("-revision")
        )
        changes = [change for change in changes if not has_no_values(change)]
        if not changes:
            raise ApiError("operation_not_found")
        if own_id is None and changes[0].through == "merge":
            raise ApiError(
                "operation_not_found",
                sentence="Two titles were merged: one list alone cannot undo this.",
            )
        edit = ListEdit(record, user_id, today)
        rows = undo_rows.RowsEdit(record, user_id)
        undone = Undone(conflicts=own_lists.put_back(edit.lists, changes))
        may_read = has_scope("profile:read")
        undone.conflicts += undo_rows.put_back(rows, changes, has_values=may_read)
        require_scopes(edit, changes, has_scope)
        changes = [change for change in changes if change.kind in ENTRY_KINDS]
        edit.read(ref_of(change) for change in changes)
        remember_days(user_id, changes)
        put_back_operation(edit, changes, undone, days_moved_on(user_id, changes))
        undone.close()
        settle(edit, undone)
        if not dry_run and any([edit.save(), rows.save()]):
            undone.operation_id = record.operation_id
        tell(edit.changed(), undone)
        return undone


def require_scopes(
    edit: ListEdit, changes: Iterable[Change], has_scope: Callable[[str], bool]
) -> None:
    """403 for who may change the watch list, but not the rest of what was changed."""
    needed = undo_rows.scopes_of(changes)
    if own_lists.changes_audience(edit.lists):
        needed.append("sharing")
    for scope in needed:
        if not has_scope(scope):
            raise missing(scope)


def put_back_operation(
    edit: ListEdit,
    changes: Sequence[Change],
    undone: Undone,
    moved_on: Mapping[int | None, Sequence[Expected]],
) -> None:
    """Those of one operation, the newest first. A title that it began to watch again
    stays as it is where that viewing changed since.

    moved_on: of titles, the days that have fewer episodes than were moved there.
    """
    progress, stay = progress_after(changes), set()
    for change in sorted(changes, key=turn_of):
        slot = edit.slot_of(ref_of(change))
        if slot.anime_id in stay:
            undone.keep(slot, names_of(change))
        elif change.anime_id in moved_on and is_move(days_counted(change)):
            days = moved_on[change.anime_id]
            undone.conflicts += [conflict(slot, "watched", *day) for day in days]
        elif change.kind == ChangeKind.VIEWING:
            kept, then = edit.viewings_of(slot), progress.get(change.anime_id, 0)
            if not put_back_viewing(kept, slot, change, undone, then):
                stay.add(slot.anime_id)
        else:
            put_back(slot, change, undone)


def turn_of(change: Change) -> int:
    """Viewings before entries, as they come. There is one active viewing of a title:
    another one ends before it comes back.
    """
    if change.kind != ChangeKind.VIEWING:
        return 2
    return int(change.before.get("state") == ACTIVE)


def names_of(change: Change) -> list[str]:
    """Of what a change changed, as conflicts name it."""
    match change.kind:
        case ChangeKind.ADD | ChangeKind.REMOVE:
            return [WHOLE, *LOGGED_FIELDS]
        case ChangeKind.VIEWING:
            before, after = change.before, change.after
            names = [n for n in viewings.FIELDS if before.get(n) != after.get(n)]
            return [of_viewing((before or after)["number"], name) for name in names]
        case _:
            return [*change.after]


def of_viewing(number: int, name: str) -> str:
    return f"viewing {number}: {'where' if name == 'place' else name}"


def settle(edit: ListEdit, undone: Undone) -> None:
    """What is taken out of the diary; told, where it has less by now."""
    wanted = {id_: dict(slot.watched.days) for id_, slot in edit.by_id().items()}
    edit.settle()
    undone.conflicts += [
        conflict
        for id_, slot in sorted(edit.by_id().items())
        for conflict in days_that_changed(slot, wanted[id_])
    ]


def restore(
    *, user_id: UUID, at: datetime, today: date, through: Origin, dry_run: bool = False
) -> Undone:
    """Puts the whole watch list back to a moment, as one operation (undone like any);
    lists of one's own stay as they are.

    PrunedError where the log no longer reaches back so far.
    """
    with recording(user_id=user_id, through=through) as record:
        changes = list(
            Change.objects.of(user_id).filter(at__gt=at).order_by("-revision")
        )
        reached = len(changes) == record.state.revision or (
            Change.objects.of(user_id).filter(at__lte=at).exists()
        )
        if not reached:
            raise PrunedError("The log of changes does not go back that far.")
        changes = [change for change in changes if change.kind in ENTRY_KINDS]
        edit = ListEdit(record, user_id, today)
        edit.read(ref_of(change) for change in changes)
        remember_days(user_id, changes)
        lanes: dict[int, Slot] = {}
        for change in changes:
            slot = edit.slot_of(ref_of(change))
            if change.kind == ChangeKind.VIEWING:
                take_back_viewing(edit, slot, change)
            else:
                take_back(lane_of(change, slot, lanes), change)
        for anime_id, lane in lanes.items():
            lay_in(lane, edit.slot_of(AnimeRef(OWN, str(anime_id))))
        restored = Undone()
        record.restored_to = at
        if not dry_run and edit.save():
            restored.operation_id = record.operation_id
        tell(edit.changed(), restored)
        return restored


def lane_of(change: Change, slot: Slot, lanes: dict[int, Slot]) -> Slot:
    """The slot, or where its title was two at the time, the other one's own."""
    if change.anime_id is None or change.anime_id == slot.anime_id:
        return slot
    other = replace(slot, before=None, after=None, watched=Tally())
    return lanes.setdefault(change.anime_id, other)


def lay_in(lane: Slot, slot: Slot) -> None:
    """What was kept of a title that has since been merged, as the merge would do it."""
    slot.watched.add_all(lane.watched.days)
    if lane.after is not None and slot.after is not None:
        slot.after = merged(slot.after, lane.after)
    elif lane.after is not None:
        slot.after = lane.after | {"id": new_id()}


def take_back(slot: Slot, change: Change) -> None:
    """One change taken back whatever came after: newest first, this ends at `at`."""
    if change.kind == ChangeKind.WATCHED:
        slot.watched.take_back_beside(days_counted(change))
        return
    slot.watched.take_back(days_counted(change))
    if change.kind == ChangeKind.ADD:
        slot.after = None
    elif change.kind == ChangeKind.REMOVE:
        slot.after = from_snapshot(change.before)
    elif slot.after is not None:
        slot.after |= change.before


def take_back_viewing(edit: ListEdit, slot: Slot, change: Change) -> None:
    """As `take_back`; what a merge did to viewings stays, with the titles."""
    if change.through == "merge" or change.anime_id != slot.anime_id:
        return
    kept = edit.viewings_of(slot).after
    kept.pop((change.before or change.after)["number"], None)
    if change.before:
        row = viewings.from_snapshot(change.before)
        kept[row["number"]] = row


def ref_of(change: Change) -> AnimeRef:
    return AnimeRef(OWN, str(change.anime_id))


def put_back(slot: Slot, change: Change, undone: Undone) -> None:
    """One change taken back, as far as its values still stand."""
    match change.kind:
        case ChangeKind.ADD:
            take_off_again(slot, change, undone)
        case ChangeKind.REMOVE:
            bring_back(slot, change, undone)
        case ChangeKind.WATCHED:
            slot.watched.take_back_beside(days_counted(change))
        case _:
            restore_fields(slot, change, undone)


def take_off_again(slot: Slot, change: Change, undone: Undone) -> None:
    if slot.after is None:
        return
    added = from_snapshot(change.after)
    differ = differences(added, slot.after)
    found = [n for n in LOGGED_FIELDS if n in differ or undone.keeps(slot, n)]
    if added["id"] != slot.after["id"] or undone.keeps(slot, WHOLE):
        found = ["type"]  # removed, and added again: another entry
    if found:
        told = [conflict(slot, n, added[n], slot.after[n]) for n in found]
        undone.additions.setdefault(slot.anime_id, Addition(change, told))
        return
    slot.after = None
    slot.watched.take_back(days_counted(change))


def bring_back(slot: Slot, change: Change, undone: Undone) -> None:
    removed = from_snapshot(change.before)
    if undone.keeps(slot, WHOLE):
        found = differences(removed, slot.after) if slot.after else []
    elif slot.after is None:
        slot.after = removed
        slot.watched.take_back(days_counted(change))
        return
    elif addition := undone.additions.pop(slot.anime_id, None):
        put_together(slot, change, addition.change, undone)
        return
    else:
        found = differences(removed, slot.after)
    after = slot.after or {}
    undone.conflicts += [conflict(slot, n, None, after[n]) for n in found]


def put_together(slot: Slot, removal: Change, addition: Change, undone: Undone) -> None:
    """Removed and added again, as clients move: the entry stays for what came since,
    the rest of it is what it was before.
    """
    removed, added = from_snapshot(removal.before), from_snapshot(addition.after)
    names = differences(removed, added)
    restore_values(
        slot,
        {name: removed[name] for name in names},
        {name: added[name] for name in names},
        undone,
    )
    if not undone.keeps(slot, "progress", "episode_ranges"):
        slot.watched.take_back(days_counted(addition))
        slot.watched.take_back(days_counted(removal))


def restore_fields(slot: Slot, change: Change, undone: Undone) -> None:
    if slot.after is None:
        undone.conflicts += [
            conflict(slot, name, value, None)
            for name, value in change.after.items()
            if not undone.keeps(slot, WHOLE)
        ]
        return
    stands = restore_values(slot, change.before, change.after, undone)
    # Its days follow from what was seen, else from the date that gave them one.
    seen = ("progress", "episode_ranges", "finished_on")
    whence = [name for name in seen if name in change.after]
    if not whence or whence[0] in stands:
        slot.watched.take_back(days_counted(change))


def restore_values(
    slot: Slot, before: Entry, after: Entry, undone: Undone
) -> Collection[str]:
    """The names of those that are put back."""
    now = slot.after or {}
    stands = {
        name
        for name, value in after.items()
        if now[name] == value and not undone.keeps(slot, name)
    }
    # What belongs together: where one moved on, both stay.
    for pair in PAIRS:
        if pair & after.keys() - stands:
            stands -= pair
    if not fits(now | {name: before[name] for name in stands}):
        stands -= {"type", "state"}
    moved_on = [name for name in after if name not in stands]
    undone.conflicts += [conflict(slot, n, after[n], now[n]) for n in moved_on]
    undone.keep(slot, moved_on)
    slot.after = now | {name: before[name] for name in stands}
    return stands


def progress_after(changes: Iterable[Change]) -> dict[int | None, int]:
    """Of entries, as an operation left it; none where it changed none."""
    return {
        change.anime_id: change.after["progress"]
        for change in changes
        if change.kind != ChangeKind.VIEWING and "progress" in change.after
    }


def put_back_viewing(
    kept: Viewings, slot: Slot, change: Change, undone: Undone, progress: int
) -> bool:
    """One viewing, as far as its values still stand. A beginning or an end is taken
    back whole or not at all: False where it is not, so its entry stays as well.
    progress: of the entry, as the operation left it.
    """
    number = (change.before or change.after)["number"]
    was, became, now = change.before, change.after, kept.after.get(number)
    names = [name for name in viewings.FIELDS if was.get(name) != became.get(name)]
    if now is None and not was:
        return True
    if now is None and not became:
        row = viewings.from_snapshot(was)
        if row["state"] == ACTIVE and kept.active:
            row["state"] = viewings.DROPPED
        kept.after[number] = row
        return True
    found = now or {}
    stands = [
        n
        for n in names
        if now and found[n] == became.get(n)
        if not undone.keeps(slot, of_viewing(number, n))
    ]
    if "state" in stands and was.get("state") == ACTIVE and kept.active:
        stands.remove("state")
    ends = "state" in names and was.get("state") == ACTIVE
    if ends and "state" not in stands:
        stands = []  # another one began since, or it ended otherwise
    counted = slot.after["progress"] if slot.after else progress
    begins = not was and became.get("state") == ACTIVE
    moved = counted != progress or undone.keeps(slot, "progress")
    if now and begins and moved:
        stands = [name for name in stands if name != "progress"]
        found = found | {"progress": counted}
    moved_on = [name for name in names if name not in stands]
    undone.conflicts += [
        conflict(
            slot,
            of_viewing(number, name),
            shown(name, became.get(name)),
            shown(name, found.get(name)),
        )
        for name in moved_on
    ]
    if ends and not stands:
        return False
    if was and now:
        now |= {name: was[name] for name in stands}
        return True
    if moved_on:
        return False
    del kept.after[number]
    return True


def days_counted(change: Change) -> Diary:
    return change.days or {}


def remember_days(user_id: UUID, changes: Iterable[Change]) -> None:
    """The day on which a change of an earlier release counted: of its user, whose time
    zone it did not note, so the nearest that the diary has.
    """
    old = [change for change in changes if change.watched and change.days is None]
    diaries = diaries_of(user_id, [c.anime_id for c in old if c.anime_id])
    for change in old:
        diary = diaries.get(change.anime_id or 0, {})
        change.days = {day_of_old(change.at, diary): change.watched}


def day_of_old(at: datetime, diary: Diary) -> str:
    near = [(at + timedelta(days=ahead)).date().isoformat() for ahead in (0, -1, 1)]
    return next((day for day in near if diary.get(day)), near[0])


def days_moved_on(
    user_id: UUID, changes: Iterable[Change]
) -> dict[int | None, list[Expected]]:
    """Titles of which episodes were moved to another day that has fewer by now, and
    which days: all moves of a title are undone, or none.
    """
    moves: dict[int | None, Tally] = {}
    for change in changes:
        if is_move(days := days_counted(change)):
            moves.setdefault(change.anime_id, Tally()).add_all(days)
    if not moves:
        return {}
    diaries = diaries_of(user_id, [anime_id or 0 for anime_id in moves])
    found: dict[int | None, list[Expected]] = {}
    for anime_id, moved in moves.items():
        diary = diaries.get(anime_id or 0, {})
        for day, episodes in sorted(moved.days.items()):
            if episodes > (there := max(0, diary.get(day, 0))):
                said = {"watched_on": day or "unknown"}
                pair = said | {"episodes": episodes}, said | {"episodes": there}
                found.setdefault(anime_id, []).append(pair)
    return found


def is_move(days: Diary) -> bool:
    numbers = days.values()
    return any(n > 0 for n in numbers) and any(n < 0 for n in numbers)


def days_that_changed(slot: Slot, wanted: Diary) -> Iterator[dict[str, object]]:
    """Where the diary has less by now than what was to be taken back."""
    for day, episodes in sorted(wanted.items()):
        taken = slot.watched.days.get(day, 0)
        if episodes < 0 and taken != episodes:
            said = {"watched_on": day or "unknown"}
            expected, found = (
                said | {"episodes": -episodes},
                said | {"episodes": -taken},
            )
            yield conflict(slot, "watched", expected, found)


def conflict(
    slot: Slot, name: str, expected: object, found: object
) -> dict[str, object]:
    return {
        "anime_id": str(slot.anime_id),
        "title": slot.facts["title"],
        "field": name,
        "expected": shown(name, expected),
        "found": shown(name, found),
    }


def tell(slots: Iterable[Slot], undone: Undone) -> None:
    for slot in slots:
        if slot.after is not None:
            undone.entries.append(slot.entry or {})
        elif slot.before is not None:
            undone.removed.append(str(slot.anime_id))
