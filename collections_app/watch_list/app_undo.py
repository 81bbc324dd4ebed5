"""All that one app did since a moment, taken back as one operation.

The log of the titles that the app changed is walked from its end to the moment. What
the app did is put back; what others did stays, and so does each field, entry or viewing
below it: it is theirs since. An undo of what the app did counts as the app's own doing,
so that the walk goes through it, and a second one finds nothing left to do.

Of very many changes the titles come in parts, each an operation of its own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from animecollections.db.json_rows import among
from animecollections.identity import AppPast, Origin
from collections_app.own_lists.undoing import LIST_KINDS
from collections_app.watch_list import viewings
from collections_app.watch_list.app_doings import Doings, Fate, operations_of
from collections_app.watch_list.app_undo_lists import ListWalk, changes_since
from collections_app.watch_list.fields import shown
from collections_app.watch_list.operation_reads import titles_of
from collections_app.watch_list.undo import (
    ENTRY_KINDS,
    Expected,
    Undone,
    days_moved_on,
    names_of,
    of_viewing,
    put_back_operation,
    ref_of,
    remember_days,
    settle,
)
from collections_app.watch_list.undo_rows import RowsEdit, undo_rows
from collections_app.watch_list.writes import ListEdit, Logged, Slot
from history.log.recording import recording
from history.log.undoable_rows import undoable_rows
from history.models import Change, ChangeKind

CHANGES_AT_ONCE = 2_000


@dataclass(slots=True)
class AppUndone:
    """What was taken back, or would be.

    changes:    of entries, viewings and lists of one's own, as the log has them.
    conflicts:  as of any undo, with `by`: the change of others that keeps the value.
    left_alone: how many changes of each kind that stay: of what the log has no values,
                and of lists of one's own or preferences, where they are too many.
    next_title: of the next part; None where this is the last.
    """

    changes: list[Logged] = field(default_factory=list)
    titles: dict[int, str] = field(default_factory=dict)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    left_alone: dict[str, int] = field(default_factory=dict)
    next_title: int | None = None
    operation_id: UUID | None = None


def undo_app(
    *,
    user_id: UUID,
    past: AppPast,
    today: date,
    through: Origin,
    first_title: int = 0,
    dry_run: bool = False,
) -> AppUndone:
    """first_title: of a further part. The number of statements does not grow with that
    of changes. Lists of one's own and preferences are undone with the first part.
    """
    with recording(user_id=user_id, through=through, undone_app=past) as record:
        done = AppUndone()
        edit = ListEdit(record, user_id, today)
        part = choose(user_id, past, first_title, done)
        conflicts = undo_lists(edit, past, part, done)
        rows = RowsEdit(record, user_id)
        conflicts += undo_rows(rows, past, part.row_revisions, done.left_alone)
        changes = list(part.changes(user_id)) if part.titles else []
        edit.read(ref_of(change) for change in changes)
        walk = Walk(edit, past)
        walk.through(changes)
        edit.decide()
        done.changes = list(edit.logged())
        done.titles = {i: slot.facts["title"] for i, slot in edit.by_id().items()}
        tell_of_lists(edit, done)
        tell_of_rows(rows, done)
        done.conflicts = [*walk.conflicts(), *conflicts]
        if not dry_run and any([edit.save(), rows.save()]):
            done.operation_id = record.operation_id
        return done


# --- Which ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """Some titles that an app changed, from a revision on; and with the first of them
    its lists of one's own, from another revision on, and what is one row, by its kind.
    """

    titles: Collection[int]
    revision: int
    lists_revision: int | None
    row_revisions: Mapping[ChangeKind, int]

    def changes(self, user_id: UUID) -> QuerySet[Change]:
        """Of everybody, the newest first."""
        rows: QuerySet[Change] = Change.objects.of(user_id).filter(
            revision__gte=self.revision,
            anime_id__in=among(self.titles),
            kind__in=ENTRY_KINDS,
        )
        return rows.order_by("-revision")


def choose(user_id: UUID, past: AppPast, first_title: int, done: AppUndone) -> Part:
    """As many titles as are undone at once, and at least one, if there are any."""
    own = Change.objects.of(user_id).filter(token_id=past.app_id, at__gte=past.since)
    titles: dict[int, tuple[int, int]] = {}
    of_lists: list[int] = []
    of_rows: dict[ChangeKind, int] = {}
    counted = own.order_by("anime_id").values_list("kind", "anime_id")
    for kind, anime_id, number, revision in counted.annotate(
        Count("id"), Min("revision")
    ):
        if kind in LIST_KINDS:
            of_lists += [] if first_title else [revision]
        elif kind in undoable_rows:
            of_rows |= {} if first_title else {ChangeKind(kind): revision}
        elif kind not in ENTRY_KINDS:
            done.left_alone[kind] = number
        elif anime_id >= first_title:
            before, first = titles.get(anime_id, (0, revision))
            titles[anime_id] = (before + number, min(first, revision))
    chosen: dict[int, int] = {}
    room = CHANGES_AT_ONCE
    for anime_id, (number, revision) in titles.items():
        if chosen and number > room:
            done.next_title = anime_id
            break
        chosen[anime_id] = revision
        room -= number
    return Part(
        chosen.keys(),
        min(chosen.values(), default=0),
        min(of_lists, default=None),
        of_rows,
    )


# --- Lists of one's own ---------------------------------------------------------------


def undo_lists(
    edit: ListEdit, past: AppPast, part: Part, done: AppUndone
) -> list[dict[str, Any]]:
    """What stays of it; nothing is undone where it is too much at once."""
    if part.lists_revision is None:
        return []
    changes = changes_since(edit.user_id, part.lists_revision)
    if changes is None:
        own = Change.objects.of(edit.user_id).filter(
            token_id=past.app_id, at__gte=past.since, kind__in=LIST_KINDS
        )
        counted = own.order_by().values_list("kind").annotate(Count("id"))
        done.left_alone |= dict(counted)
        return []
    walk = ListWalk(edit.lists, past)
    walk.through(changes)
    return walk.conflicts()


def tell_of_lists(edit: ListEdit, done: AppUndone) -> None:
    logged = [
        Logged(
            kind=kind,
            anime_id=(before or after).get("anime_id"),
            before=before,
            after=after,
            days={},
        )
        for kind, before, after in edit.lists.logged()
    ]
    done.changes += logged
    done.titles |= titles_of(one["anime_id"] for one in logged)


def tell_of_rows(rows: RowsEdit, done: AppUndone) -> None:
    done.changes += [
        Logged(kind=kind, anime_id=None, before=before, after=after, days={})
        for kind, before, after in rows.changed()
    ]


# --- The walk -------------------------------------------------------------------------


@dataclass(slots=True)
class Walk:
    """Back through the log of some titles.

    over:      titles of which all that is older was put back already.
    first:     of each field that the app changed, the value before.
    """

    edit: ListEdit
    past: AppPast
    undone: Undone = field(default_factory=Undone)
    over: set[int] = field(default_factory=set)
    first: dict[tuple[int, str], Any] = field(default_factory=dict)
    moved_on: dict[int | None, list[Expected]] = field(default_factory=dict)

    def through(self, changes: Sequence[Change]) -> None:
        """Given the newest first."""
        doings = Doings(self.past, operations_of(self.past.app_id, changes))
        listed = [change for change in changes if ref_of(change) in self.edit.slots]
        mine = [change for change in listed if change.operation_id in doings.of_app]
        remember_days(self.edit.user_id, mine)
        self.moved_on = days_moved_on(self.edit.user_id, mine)
        for _, group in groupby(listed, lambda change: change.operation_id):
            self.step([*group], doings)
        self.undone.close()
        settle(self.edit, self.undone)

    def step(self, changes: Sequence[Change], doings: Doings) -> None:
        """One operation."""
        fate = doings.fate_of(changes[0])
        if fate is not Fate.PUT_BACK:
            self.keep(changes)
            if fate is Fate.OVER:
                self.over |= {self.slot(change).anime_id for change in changes}
            return
        rest = [c for c in changes if self.slot(c).anime_id not in self.over]
        put_back_operation(self.edit, rest, self.undone, self.moved_on)
        if changes[0].token_id == self.past.app_id:
            self.remember(rest)

    def keep(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.undone.keep(self.slot(change), names_of(change), change)

    def slot(self, change: Change) -> Slot:
        return self.edit.slot_of(ref_of(change))

    def remember(self, changes: Iterable[Change]) -> None:
        for change in changes:
            anime_id = self.slot(change).anime_id
            for name, value in values_before(change).items():
                self.first[anime_id, name] = value

    def conflicts(self) -> list[dict[str, Any]]:
        """Each field once, and none that is as it was before the app."""
        told: dict[tuple[int, str], dict[str, Any]] = {}
        for conflict in self.undone.conflicts:
            key = (int(conflict["anime_id"]), conflict["field"])
            if key in self.first and conflict["found"] == self.first[key]:
                continue
            kept = self.undone.kept.get(key[0], {})
            by = kept.get(key[1])
            told.setdefault(key, conflict | {"by": by})
        return [*told.values()]


def values_before(change: Change) -> dict[str, object]:
    """Of what a change changed, as conflicts show it."""
    if change.kind == ChangeKind.VIEWING:
        number = (change.before or change.after)["number"]
        return {
            of_viewing(number, name): shown(name, change.before.get(name))
            for name in viewings.FIELDS
        }
    names = change.before.keys() | change.after.keys()
    return {name: shown(name, change.before.get(name)) for name in names}
