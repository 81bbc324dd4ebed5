"""The log of what staff did: only ever added to."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from animecollections.db.ids import first_id_at
from animecollections.identity import Origin
from history.staff_log.models import StaffAction

REVEAL, NOTE = "reveal", "note"
REVEALED_FOR = timedelta(minutes=30)

# How a person is told of an act: (user_id, action, reason). Filled by the app that
# writes to people, when it is ready; runs in the transaction of the act.
staff_action_hooks: list[Callable[[UUID, str, str], None]] = []


def note(
    *,
    action: str,
    through: Origin,
    reason: str,
    user_id: UUID | None = None,
    anime_id: int | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    operation_id: UUID | None = None,
    is_told: bool = False,
) -> None:
    """Call it in the transaction of what was done: there is either both or neither.

    is_told: whether the person gets a mail about it, which is queued there too.
    """
    StaffAction.objects.create(
        action=action,
        actor_id=through.actor_id,
        user_id=user_id,
        anime_id=anime_id,
        reason=reason,
        before=before or {},
        after=after or {},
        operation_id=operation_id,
        request_id=through.request_id,
    )
    if is_told and user_id:
        for tell in staff_action_hooks:
            tell(user_id, action, reason)


def forget(user_id: UUID) -> None:
    """What is left of an erased account: that something was done, by whom and when."""
    StaffAction.objects.filter(user_id=user_id).update(
        user_id=None, operation_id=None, reason="", before={}, after={}
    )


def have_set(user_id: UUID, name: str) -> bool:
    """Whether staff ever set this column of a user, such as the e-mail."""
    return StaffAction.objects.filter(user_id=user_id, after__has_key=name).exists()


def revealed_to(actor_id: UUID, users: Collection[UUID]) -> set[UUID]:
    """Those of the users whose private things this member of staff gave a reason to
    see, a moment ago.
    """
    since = first_id_at(timezone.now() - REVEALED_FOR)
    rows = StaffAction.objects.filter(
        user_id__in=users, pk__gte=since, action=REVEAL, actor_id=actor_id
    )
    return {id_ for id_ in rows.values_list("user_id", flat=True) if id_}
