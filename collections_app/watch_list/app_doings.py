"""Which operations of a log are one app's doing, and what becomes of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from uuid import UUID

from animecollections.identity import AppPast
from history.models import Change


def operations_of(app_id: UUID, changes: Sequence[Change]) -> set[UUID]:
    """What the app did, and what undid some of it; given the newest first."""
    found: set[UUID] = set()
    for change in reversed(changes):
        is_its = app_id in (change.token_id, change.undone_app_id)
        if is_its or change.undoes in found:
            found.add(change.operation_id)
    return found


class Fate(Enum):
    KEPT = auto()  # others did it: it stays
    OVER = auto()  # it stays, and all that is older was put back by it
    PUT_BACK = auto()


@dataclass(slots=True)
class Doings:
    """What is to become of each operation, asked from the newest to the oldest.

    of_app:    the operations that are put back: what the app did, and what undid that.
    cancelled: those of them that were undone in their turn.
    """

    past: AppPast
    of_app: set[UUID]
    cancelled: set[UUID | None] = field(default_factory=set)

    def fate_of(self, change: Change) -> Fate:
        """Of the operation that made this change."""
        if change.operation_id not in self.of_app:
            return Fate.KEPT
        if change.operation_id not in self.cancelled:
            self.cancelled.add(change.undoes)
            if reaches_further(change, self.past):
                return Fate.OVER
        return Fate.PUT_BACK


def reaches_further(change: Change, past: AppPast) -> bool:
    """Whether this undid all that the app did, back to before the moment: nothing is
    left to put back, and what was put back is not to come again.
    """
    since = change.undone_since
    is_undo = change.undone_app_id == past.app_id
    return is_undo and since is not None and since < past.since
