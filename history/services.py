"""The lock and the log under every write to what is a user's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from animecollections.api.account import Through
from animecollections.api.errors import ApiError
from history.models import Change, ChangeKind, UserState

# Which column of the state tells that something of this kind changed.
COLUMN_OF_KIND = {
    ChangeKind.ADD: "list_revision",
    ChangeKind.UPDATE: "list_revision",
    ChangeKind.REMOVE: "list_revision",
    ChangeKind.SEARCHES: "searches_revision",
    ChangeKind.PROFILE: "profile_revision",
    ChangeKind.PREFERENCES: "preferences_revision",
}


class Recording:
    """One write: the user's state is locked, each changed row takes a revision here.

    A write that changes nothing calls `change` never, and takes none.
    """

    def __init__(self, state: UserState, through: Through) -> None:
        self.state = state
        self.through = through
        self.operation_id = uuid4()
        self.at = timezone.now()
        self.changes: list[Change] = []

    def change(
        self,
        kind: ChangeKind,
        *,
        anime_id: int | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> int:
        """Notes a changed row; answers with the revision it takes."""
        self.state.revision += 1
        setattr(self.state, COLUMN_OF_KIND[kind], self.state.revision)
        self.changes.append(
            Change(
                user_id=self.state.user_id,
                revision=self.state.revision,
                kind=kind,
                anime_id=anime_id,
                before=before or {},
                after=after or {},
                operation_id=self.operation_id,
                at=self.at,
                through=self.through.kind,
                actor_id=self.through.actor_id,
                client_id=self.through.client_id,
                request_id=self.through.request_id,
            )
        )
        return self.state.revision

    def save(self) -> None:
        """Two statements, whatever the number of changes; none when there are none."""
        if self.changes:
            Change.objects.bulk_create(self.changes)
            columns = {
                COLUMN_OF_KIND[ChangeKind(change.kind)] for change in self.changes
            }
            self.state.save(update_fields=["revision", *columns])


@contextmanager
def recording(*, user_id: UUID, through: Through) -> Iterator[Recording]:
    """The transaction of one write to what is this user's.

    The lock comes first: whoever reads after it decides on what is true until the
    commit, and revisions are taken in the order in which they become visible. (Ids
    taken without it commit out of order, and a device that polls loses changes.)
    """
    with transaction.atomic():
        try:
            state = UserState.objects.select_for_update().get(user_id=user_id)
        except UserState.DoesNotExist:  # erased a moment ago
            raise ApiError("session_ended") from None
        write = Recording(state, through)
        yield write
        write.save()
