"""Changes of what is one row of a user's, such as the preferences, taken back: of one
operation, or all of one app's as `app_undo.py` does for entries.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from animecollections.identity import AppPast
from collections_app.watch_list.app_doings import Doings, Fate, operations_of
from history.log.recording import Recording
from history.log.undoable_rows import Values, has_no_values, undoable_rows
from history.models import Change, ChangeKind

MOST_CHANGES = 20_000  # of one row, which are in memory at once
Conflict = dict[str, Any]


@dataclass(slots=True)
class RowsEdit:
    """The rows that one undo is about, each read when it is first asked for."""

    record: Recording
    user_id: UUID
    before: dict[ChangeKind, Values] = field(default_factory=dict)
    after: dict[ChangeKind, Values] = field(default_factory=dict)

    def row(self, kind: ChangeKind) -> Values:
        if kind not in self.after:
            self.before[kind] = undoable_rows[kind].read(self.user_id)
            self.after[kind] = dict(self.before[kind])
        return self.after[kind]

    def put_back(self, change: Change, kept: Container[str] = ()) -> Iterator[Conflict]:
        """As far as its values still stand, and nobody keeps them. A field that is gone
        by now stays out of it.
        """
        now = self.row(ChangeKind(change.kind))
        for name, became in change.after.items():
            if name not in now and not self.add_lacking(ChangeKind(change.kind), name):
                continue
            if now[name] != became:
                yield conflict(name, became, now[name])
            elif name not in kept:
                now[name] = change.before[name]

    def add_lacking(self, kind: ChangeKind, name: str) -> bool:
        """Whether it is a field that has no value now, and may have one."""
        if not undoable_rows[kind].may_lack(name):
            return False
        self.before[kind][name] = self.after[kind][name] = None
        return True

    def changed(self) -> Iterator[tuple[ChangeKind, Values, Values]]:
        """What differs of each, as it was and as it will be."""
        for kind, after in self.after.items():
            before = self.before[kind]
            names = [name for name in after if after[name] != before[name]]
            if names:
                yield kind, {n: before[n] for n in names}, {n: after[n] for n in names}

    def save(self) -> bool:
        changed = list(self.changed())
        for kind, _, after in changed:
            undoable_rows[kind].write(self.record, after)
        return bool(changed)


def put_back(
    edit: RowsEdit, changes: Iterable[Change], *, has_values: bool
) -> list[Conflict]:
    """Those of one operation; what has changed since, and stays. has_values: for who
    may read them; else it is told that they stay, and not what they are.
    """
    hidden: Conflict = {} if has_values else {"expected": None, "found": None}
    return [
        conflict | hidden
        for change in changes
        if change.kind in undoable_rows
        for conflict in edit.put_back(change)
    ]


def scopes_of(changes: Iterable[Change]) -> list[str]:
    """What a sign-in needs to undo them, also where nothing would change: a refusal
    tells else whether a value still stands.
    """
    return sorted(
        {
            undoable_rows[ChangeKind(change.kind)].scope_of(name)
            for change in changes
            if change.kind in undoable_rows
            for name in change.after
        }
    )


def conflict(name: str, expected: object, found: object) -> Conflict:
    return {
        "anime_id": None,
        "title": "",
        "field": name,
        "expected": expected,
        "found": found,
    }


# --- What one app did -----------------------------------------------------------------


def undo_rows(
    edit: RowsEdit,
    past: AppPast,
    revisions: Mapping[ChangeKind, int],
    left_alone: dict[str, int],
) -> list[Conflict]:
    """What stays of it. revisions: by kind, that of the app's first change. Of too many
    changes nothing is undone: they are counted as left alone, as are those of which the
    log has no values.
    """
    found: list[Conflict] = []
    for kind, revision in revisions.items():
        rows = Change.objects.of(edit.user_id).filter(kind=kind, revision__gte=revision)
        changes = list(rows.order_by("-revision")[: MOST_CHANGES + 1])
        if len(changes) > MOST_CHANGES:
            own = rows.filter(token_id=past.app_id, at__gte=past.since)
            left_alone[kind] = own.count()
            continue
        walk = RowWalk(edit, past)
        walk.through(changes)
        found += walk.conflicts()
        if walk.without_values:
            left_alone[kind] = walk.without_values
    return found


@dataclass(slots=True)
class RowWalk:
    """Back through the log of one row, as `app_undo_lists.ListWalk` goes through lists.

    kept:      fields that are others', with the change that made them so.
    first:     of each field that the app changed, the value before.
    """

    edit: RowsEdit
    past: AppPast
    kept: dict[str, Change] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Conflict] = field(default_factory=dict)
    without_values: int = 0

    def through(self, changes: Sequence[Change]) -> None:
        """Given the newest first."""
        doings = Doings(self.past, operations_of(self.past.app_id, changes))
        for change in changes:
            fate = doings.fate_of(change)
            if fate is Fate.OVER:  # all that is older was put back by it
                return
            if fate is Fate.KEPT:
                for name in change.after:
                    self.kept.setdefault(name, change)
            else:
                self.put_back(change)

    def put_back(self, change: Change) -> None:
        if change.token_id == self.past.app_id:
            self.first |= change.before
            self.without_values += has_no_values(change)
        for one in self.edit.put_back(change, self.kept):
            self.found.setdefault(one["field"], one)

    def conflicts(self) -> list[Conflict]:
        """Each field once, and none that is as it was before the app."""
        return [
            one | {"by": self.kept.get(name)}
            for name, one in self.found.items()
            if name not in self.first or one["found"] != self.first[name]
        ]
