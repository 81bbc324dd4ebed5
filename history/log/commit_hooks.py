"""The hook that passes a commit on to its listeners (the live feed)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Note:
    """One committed write: the revisions (since, revision] of one user.

    anime_ids: of the entries it changed or removed.
    ids:       of what else it saved or removed, by the name of the part; None where
               that is all of it.
    """

    user_id: UUID
    epoch: int
    since: int
    revision: int
    anime_ids: list[int]
    ids: Mapping[str, list[UUID] | None]
    operation_id: UUID
    client_id: str


# Filled by the app that serves devices, when it is ready.
after_commit_hooks: list[Callable[[Note], None]] = []


def publish(note: Note) -> None:
    """Runs after the commit; a listener that fails never fails the write (robust)."""
    for listener in after_commit_hooks:
        listener(note)
