"""The lock and the log under every write to what is a user's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from animecollections.api import request_id
from animecollections.api.errors import ApiError
from animecollections.db import bulk
from animecollections.db.bulk import inserting
from animecollections.db.hot import Found, Statement, fetch_each, run
from animecollections.db.ids import new_epoch, new_id
from animecollections.identity import AppPast, Origin
from history.log.commit_hooks import Note, publish
from history.log.models import Change, ChangeKind, HeldState, UserState, locking
from history.log.parts import COLUMN_OF_KIND
from history.watched.services import rows_to_add

DONE_BY_A_PERSON = ("session", "token")
USERS_AT_ONCE = 5_000  # of all, where something is done to each


@dataclass(slots=True)
class Recording:
    """One write: the user's state is locked, each changed row takes a revision here.

    A write that changes nothing calls `change` never, and takes none.
    """

    state: HeldState
    through: Origin
    undoes: UUID | None = None
    expected_column: str = ""  # the column of the state that already counts one change
    read: Sequence[Found] = ()
    operation_id: UUID = field(default_factory=new_id)
    at: Any = field(default_factory=timezone.now)
    changes: list[dict[str, Any]] = field(default_factory=list)
    ids: dict[str, list[UUID] | None] = field(default_factory=dict)
    watched: dict[tuple[str, int], int] = field(default_factory=dict)
    viewings: dict[tuple[str, int], int] = field(default_factory=dict)  # of the same
    undone_app: AppPast | None = None
    rows: list[bulk.Rows] = field(default_factory=list)
    titles_hidden: set[int] = field(default_factory=set)  # that became private
    restored_to: datetime | None = None  # of a list that is put back to a moment

    @property
    def is_news(self) -> bool:
        """Whether others may be told of what it changes: a person does it, now."""
        takes_back = self.undoes is not None or self.undone_app is not None
        return self.through.kind in DONE_BY_A_PERSON and not takes_back

    def put(self, rows: bulk.Rows) -> None:
        """To be written together with the log of what it changes."""
        self.rows.append(rows)

    def change(
        self,
        kind: ChangeKind,
        *,
        anime_id: int | None = None,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        watched: Mapping[str, int] | None = None,
        viewings: Mapping[str, int] | None = None,
        as_of: datetime | None = None,
        is_quiet: bool = False,
        is_told: bool = False,
    ) -> int:
        """Notes a changed row; answers with the revision it takes.

        watched: episodes that count as seen, by day (history/watched/days.py).
        viewings: which time through the title that was, by the same days.
        as_of:   when this was so, where that is not now (imports).
        is_told: whether followers may be told of it, if this write is news.
        """
        self.state.revision += 1
        setattr(self.state, COLUMN_OF_KIND[kind], self.state.revision)
        self.changes.append(
            {
                "id": new_id(),
                "user_id": self.state.user_id,
                "revision": self.state.revision,
                "kind": kind.value,
                "anime_id": anime_id,
                "before": before or {},
                "after": after or {},
                "operation_id": self.operation_id,
                "position": len(self.changes),
                "undoes": self.undoes,
                "undone_app_id": self.undone_app.app_id if self.undone_app else None,
                "undone_app_name": self.undone_app.name if self.undone_app else "",
                "undone_since": self.undone_app.since if self.undone_app else None,
                "watched": sum(watched.values()) if watched else 0,
                "days": dict(watched or {}),
                "at": self.at,
                "as_of": as_of,
                "through": self.through.kind,
                "actor_id": self.through.actor_id,
                "client_id": self.through.client_id,
                "request_id": self.through.request_id,
                "token_id": self.through.token_id,
                "token_name": self.through.token_name,
                "file_name": "" if self.changes else self.through.file_name,
                "is_quiet": is_quiet,
                "is_told": is_told and not is_quiet and self.is_news,
            }
        )
        for day, episodes in (watched or {}).items():
            key = (day, anime_id or 0)
            self.watched[key] = self.watched.get(key, 0) + episodes
            self.viewings[key] = (viewings or {}).get(day, 1)
        return self.state.revision

    def change_searches(self, ids: list[UUID] | None) -> None:
        """One revision for all of them; devices hear which ids changed. None: all
        are gone.
        """
        self.change(ChangeKind.SEARCHES)
        self.ids["searches"] = ids

    def change_notices(self, ids: list[UUID]) -> None:
        """As `change_searches`."""
        self.change(ChangeKind.NOTICES)
        self.ids["notices"] = ids

    def save(self, *, is_last: bool = False) -> None:
        """What was put, the log and the state, however many changes: on PostgreSQL two
        statements, on SQLite as many as tables. One less where it was the one change
        that was expected. is_last: the transaction ends with them.
        """
        if not self.changes:
            if self.expected_column:  # nothing was written but what was expected
                transaction.set_rollback(True)
            return
        self.end_telling()
        size = len(self.changes)
        statements = inserting(
            *self.rows,
            bulk.Rows(Change, [row | {"size": size} for row in self.changes]),
            *self.diary(),
        )
        columns = {COLUMN_OF_KIND[ChangeKind(row["kind"])] for row in self.changes}
        if size != 1 or self.expected_column not in columns:
            statements.append(self.state.saving(columns))
        run(*statements, is_last=is_last)

    def end_telling(self) -> None:
        """Of what this write undoes or puts back, and of what was done to titles that
        it makes private: a statement each. In the write itself, so that it is gone at
        once.
        """
        for condition in self.ends_of_telling():
            told = Change.objects.of(self.state.user_id).told()
            told.filter(condition).update(is_told=False)

    def ends_of_telling(self) -> Iterator[Q]:
        if self.undoes is not None:
            yield Q(operation_id=self.undoes)
        if (past := self.undone_app) is not None:
            yield Q(token_id=past.app_id, at__gte=past.since)
        if self.restored_to is not None:
            yield Q(at__gt=self.restored_to)
        if self.titles_hidden:
            yield Q(anime_id__in=self.titles_hidden)

    def diary(self) -> list[bulk.Rows]:
        """What the changes count as watched."""
        if not self.watched:
            return []
        revisions = {
            row["anime_id"]: row["revision"] for row in self.changes if row["days"]
        }
        return rows_to_add(
            self.state.user_id,
            {key: episodes for key, episodes in self.watched.items() if episodes},
            through=self.through.kind,
            revisions=revisions,
            viewings=self.viewings,
        )

    def note(self) -> Note:
        """What the live feed tells the user's devices of this write."""
        return Note(
            user_id=self.state.user_id,
            epoch=self.state.epoch,
            since=self.changes[0]["revision"] - 1,
            revision=self.state.revision,
            anime_ids=[row["anime_id"] for row in self.changes if row["anime_id"]],
            ids=self.ids,
            operation_id=self.operation_id,
            client_id=self.through.client_id,
        )


# The state that this thread holds locked, so that a service called inside a wider
# transaction (an answer kept for retries, a batch) neither locks nor nests again.
_held: ContextVar[HeldState | None] = ContextVar("held_state", default=None)


class Lock(NamedTuple):
    """The user's state, and what was read with the lock."""

    state: HeldState
    read: Sequence[Found]
    is_outermost: bool  # no transaction was open before


@contextmanager
def locked(
    user_id: UUID,
    *,
    expected_column: str = "",
    reading: Sequence[Statement] = (),
) -> Iterator[Lock]:
    """A transaction that holds the user's state row; inside another, the same one.

    The lock comes first: what reads after it decides on what is true until the
    commit, and revisions are taken in the order in which they become visible. (Ids
    taken without it commit out of order, and a device that polls loses changes.)

    reading: statements that go there together with the lock, and read after it.
    """
    held = _held.get()
    if held is not None and held.user_id == user_id:
        yield Lock(held, fetch_each(*reading), is_outermost=False)
        return
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        rows, *read = fetch_each(locking(user_id, expected_column), *reading)
        state = HeldState.read(rows, expected_column)
        if state is None:  # erased a moment ago
            raise ApiError("session_ended")
        token = _held.set(state)
        try:
            yield Lock(state, read, is_outermost)
        finally:
            _held.reset(token)


@contextmanager
def recording(
    *,
    user_id: UUID,
    through: Origin,
    undoes: UUID | None = None,
    undone_app: AppPast | None = None,
    expected_kind: ChangeKind | None = None,
    operation_id: UUID | None = None,
    reading: Sequence[Statement] = (),
) -> Iterator[Recording]:
    """The transaction of one write to what is this user's; sent to devices after it.

    operation_id: where one operation is about several users, the id they share.

    expected_kind: where one change of this kind is the rule, lock and revision are
    taken by one statement; a write that changes nothing then rolls back (so it must
    have written nothing else).

    reading: what is read after the lock and together with it; `read` has the rows.
    """
    expected_column = (
        COLUMN_OF_KIND[expected_kind] if expected_kind and _held.get() is None else ""
    )
    with locked(user_id, expected_column=expected_column, reading=reading) as lock:
        write = Recording(lock.state, through, undoes, expected_column, lock.read)
        write.undone_app = undone_app
        if operation_id is not None:
            write.operation_id = operation_id
        yield write
        write.save(is_last=lock.is_outermost)
        if write.changes:
            request_id.operation.set(write.operation_id)
            # No partial: what Django logs of a failing one has no name, and fails too.
            note = write.note()
            transaction.on_commit(lambda: publish(note), robust=True)


def end_cursors(user_id: UUID) -> None:
    """A new epoch for one user, whose rows were all removed beside the log. Call it
    under their lock.
    """
    UserState.objects.filter(user_id=user_id).update(epoch=new_epoch())


def end_all_cursors(tell: Callable[[int], object] = lambda users: None) -> int:
    """A new epoch for every user, after a restore from a backup; how many users.

    So many at once, each with a commit of their own: nobody's write waits for all. One
    that was interrupted is done again from the beginning, which does no harm.
    """
    epoch, ended, rest = new_epoch(), 0, UserState.objects.order_by("pk")
    while some := list(rest.values_list("pk", flat=True)[:USERS_AT_ONCE]):
        slice_ = UserState.objects.filter(pk__gte=some[0], pk__lte=some[-1])
        ended += slice_.update(epoch=epoch)
        tell(len(some))
        rest = UserState.objects.filter(pk__gt=some[-1]).order_by("pk")
    return ended
