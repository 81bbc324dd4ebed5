"""Which operations of a log are one app's doing."""

from collections.abc import Sequence
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


def reaches_further(change: Change, past: AppPast) -> bool:
    """Whether this undid all that the app did, back to before the moment: nothing is
    left to put back, and what was put back is not to come again.
    """
    since = change.undone_since
    is_undo = change.undone_app_id == past.app_id
    return is_undo and since is not None and since < past.since
