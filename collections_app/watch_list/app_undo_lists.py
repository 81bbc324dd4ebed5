"""What one app did to lists of one's own, taken back as `app_undo.py` does for entries.

The log of lists is walked from its end to the moment. What others wrote since stays: a
field of a list, a title's place or notes, a title that they took off or put on. A list
that the app made and that others changed or filled stays with what is theirs.

All lists at once: their changes do not come by title. Of more than MOST_CHANGES nothing
is undone, and they are counted as left alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from animecollections.identity import AppPast
from collections_app.own_lists.edit import ListsEdit
from collections_app.own_lists.undoing import (
    LIST_KINDS,
    Conflict,
    conflict,
    put_back_item,
    put_back_list,
    read_for,
)
from collections_app.own_lists.values import (
    ITEM_FIELDS,
    LIST_FIELDS,
    Row,
    with_new_fields,
)
from collections_app.watch_list.app_doings import Doings, Fate, operations_of
from history.models import Change, ChangeKind

MOST_CHANGES = 20_000  # of all lists together, which are in memory at once
WHOLE = "whole"  # a list, or a title on one, as if it were one of its fields
Subject = tuple[UUID, int | None]  # a list, and of what is on it the title


def changes_since(user_id: UUID, revision: int) -> list[Change] | None:
    """Of everybody, the newest first; None where they are too many. One statement."""
    rows = Change.objects.of(user_id).filter(
        revision__gte=revision, kind__in=LIST_KINDS
    )
    changes = list(rows.order_by("-revision")[: MOST_CHANGES + 1])
    return changes if len(changes) <= MOST_CHANGES else None


@dataclass(slots=True)
class ListWalk:
    """Back through the log of lists.

    kept:      what is others', with the change that made it so.
    over:      that of which all that is older was put back already.
    first:     of each field that the app changed, the value before.
    """

    edit: ListsEdit
    past: AppPast
    titles: dict[int, int] = field(default_factory=dict)
    kept: dict[Subject, dict[str, Change]] = field(default_factory=dict)
    over: set[Subject] = field(default_factory=set)
    first: dict[tuple[Subject, str], Any] = field(default_factory=dict)
    found: dict[tuple[Subject, str], Conflict] = field(default_factory=dict)

    def through(self, changes: Sequence[Change]) -> None:
        """Given the newest first. Three statements."""
        doings = Doings(self.past, operations_of(self.past.app_id, changes))
        self.titles = read_for(self.edit, changes)
        for _, group in groupby(changes, lambda change: change.operation_id):
            self.step([*group], doings)

    def step(self, changes: Sequence[Change], doings: Doings) -> None:
        """One operation."""
        fate = doings.fate_of(changes[0])
        if fate is not Fate.PUT_BACK:
            self.keep(changes)
            if fate is Fate.OVER:
                self.over |= {self.subject(change) for change in changes}
            return
        for change in changes:
            if (subject := self.subject(change)) not in self.over:
                self.put_back(subject, change)

    def subject(self, change: Change) -> Subject:
        said = change.before or change.after
        if change.kind == ChangeKind.LIST:
            return UUID(said["id"]), None
        title = self.titles.get(said["anime_id"], said["anime_id"])
        return UUID(said["list_id"]), title

    def keep(self, changes: Iterable[Change]) -> None:
        for change in changes:
            kept = self.kept.setdefault(self.subject(change), {})
            for name in names_of(change):
                kept.setdefault(name, change)

    # --- One change -------------------------------------------------------------------

    def put_back(self, subject: Subject, change: Change) -> None:
        was, became = values_of(change)
        kept = self.kept.get(subject, {})
        if change.token_id == self.past.app_id:
            for name in fields_of(change):
                self.first[subject, name] = was.get(name)
        now = self.now(subject)
        if now is None and self.is_gone_for_others(subject):
            return
        theirs = [n for n in names_of(change) if n in kept and n != WHOLE]
        if now is not None and theirs and became:
            is_whole = WHOLE in kept
            self.tell(subject, [stays(became, now)] if is_whole else [])
            self.tell(subject, still(theirs, became, now))
        if theirs and not was:
            return
        if was and became:  # what is others' stays, the rest goes back
            was = was | {name: became[name] for name in theirs}
        if subject[1] is None:
            self.tell(subject, put_back_list(self.edit, was, became))
        else:
            self.tell(subject, put_back_item(self.edit, was, became, self.titles))

    def now(self, subject: Subject) -> Row | None:
        list_id, title = subject
        if title is None:
            return self.edit.lists.get(list_id)
        return self.edit.items.get((list_id, title))

    def is_gone_for_others(self, subject: Subject) -> bool:
        """Whether others took it away, or its list: that is theirs, and no conflict."""
        places = (subject, (subject[0], None))
        return any(
            WHOLE in self.kept.get(one, {}) and self.now(one) is None for one in places
        )

    # --- What stays -------------------------------------------------------------------

    def tell(self, subject: Subject, conflicts: Iterable[Conflict]) -> None:
        for one in conflicts:
            self.found.setdefault((subject, one["field"]), one)

    def conflicts(self) -> list[Conflict]:
        """Each field once, and none that is as it was before the app."""
        return [
            one | {"by": self.kept_by(*key)}
            for key, one in self.found.items()
            if key not in self.first or one["found"] != self.first[key]
        ]

    def kept_by(self, subject: Subject, name: str) -> Change | None:
        kept = self.kept.get(subject, {})
        if name in kept or WHOLE in kept:
            return kept.get(name) or kept[WHOLE]
        on_it = (theirs for key, theirs in self.kept.items() if key[0] == subject[0])
        changes = (change for theirs in on_it for change in theirs.values())
        return next(changes, None) if name == "size" else None


def fields_of(change: Change) -> Sequence[str]:
    return LIST_FIELDS if change.kind == ChangeKind.LIST else ITEM_FIELDS


def values_of(change: Change) -> tuple[Row, Row]:
    if change.kind == ChangeKind.LIST:
        return with_new_fields(change.before), with_new_fields(change.after)
    return change.before, change.after


def names_of(change: Change) -> list[str]:
    """Of what a change changed."""
    before, after = values_of(change)
    if not before or not after:
        return [WHOLE, *fields_of(change)]
    return [name for name in fields_of(change) if before[name] != after[name]]


def stays(became: Row, now: Row) -> Conflict:
    """A list, or a title on one, that others put there."""
    if title := now.get("anime_id"):
        return conflict(became["list"], "title", None, title, title)
    return conflict(now["name"], "list", None, now["name"])


def still(names: Iterable[str], became: Row, now: Row) -> Iterator[Conflict]:
    """What others made of values."""
    list_name, title = became.get("list") or now["name"], now.get("anime_id")
    for name in names:
        if now[name] != became[name]:
            yield conflict(list_name, name, became[name], now[name], title)
