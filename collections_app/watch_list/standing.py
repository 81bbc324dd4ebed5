"""Which operations still stand, and which were undone since."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from history.models import Change


def standing(user_id: UUID, operation_ids: Collection[UUID]) -> set[UUID]:
    """Those that nobody undid, neither alone nor with all that their app did. Each is
    of one title. What the log has no more counts as standing. Two statements.
    """
    log = Change.objects.of(user_id)
    made = list(log.filter(operation_id__in=operation_ids))
    if not made:
        return set(operation_ids)
    takes_back = Q(undoes__isnull=False) | Q(undone_app_id__isnull=False)
    later = log.filter(
        takes_back,
        anime_id__in={change.anime_id for change in made},
        revision__gt=min(change.revision for change in made),
    )
    undone: set[UUID] = set()
    # An undo that was undone in its turn takes nothing back: the newest come first.
    for change in later.order_by("-revision"):
        if change.operation_id not in undone:
            undone |= taken_back_by(change, made)
    return set(operation_ids) - undone


def taken_back_by(change: Change, made: Collection[Change]) -> set[UUID]:
    if change.undoes is not None:
        return {change.undoes}
    since = change.undone_since
    return {
        one.operation_id
        for one in made
        if one.token_id == change.undone_app_id
        and one.anime_id == change.anime_id
        and one.revision < change.revision
        and since is not None
        and one.at >= since
    }
