"""A row of a user's that is undone field by field, as the app says that has it.

The log has of each change the fields that differ, as the API names and answers them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from history.log.models import Change, ChangeKind
from history.log.recording import Recording

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class UndoableRow:
    """
    read:     all fields as they are; under the user's lock.
    write:    sets these, and notes the change.
    scope_of: what a sign-in needs to change a field.
    may_lack: which fields are not there while they have no value; None, to the log.
    """

    kind: ChangeKind
    read: Callable[[UUID], Values]
    write: Callable[[Recording, Mapping[str, Any]], object]
    scope_of: Callable[[str], str]
    may_lack: Callable[[str], bool] = lambda _: False


# Filled by the apps that have such rows, when they are ready.
undoable_rows: dict[ChangeKind, UndoableRow] = {}


def has_no_values(change: Change) -> bool:
    """Of such a row, by a release that did not log them: nothing can be put back."""
    return change.kind in undoable_rows and not change.after
