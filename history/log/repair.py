"""Mends a log with a hole in it, under the user's lock."""

from uuid import UUID

from django.db.models import Count, Max, Min

from animecollections.db.hot import run
from animecollections.db.ids import new_epoch
from history.log.models import Change, HeldState, UserState
from history.log.parts import COUNTERS
from history.log.recording import locked


def is_whole(user_id: UUID) -> bool:
    """Whether the log runs without a gap up to where the state stands."""
    with locked(user_id) as lock:
        log = Change.objects.of(user_id).aggregate(
            oldest=Min("revision"), newest=Max("revision"), number=Count("pk")
        )
        return fits(lock.state, **log)


def fits(
    state: HeldState | UserState, oldest: int | None, newest: int | None, number: int
) -> bool:
    if any(getattr(state, name) > state.revision for name in COUNTERS):
        return False
    if oldest is None or newest is None:  # new, or all of it pruned
        return True
    return newest == state.revision and number == newest - oldest + 1


def mend_log(user_id: UUID, *, at_least: int = 0) -> int:
    """Keeps of the log what follows its last gap; how many changes are left.

    What is before a gap can no longer be undone or restored rightly, and a device whose
    cursor stands there would miss changes. So the rest goes, as if pruned, and a new
    epoch has every device of this user load everything again. `at_least`: a revision
    that something of the user's has, which the state must not be behind.
    """
    with locked(user_id) as lock:
        state = lock.state
        theirs = Change.objects.of(user_id)
        newest = theirs.aggregate(newest=Max("revision"))["newest"] or 0
        counters = [getattr(state, name) for name in COUNTERS]
        state.revision = max(state.revision, newest, at_least, *counters)
        first = state.revision + 1
        revisions = theirs.order_by("-revision").values_list("revision", flat=True)
        for revision in revisions.iterator():
            if revision != first - 1:
                break
            first = revision
        theirs.filter(revision__lt=first).delete()
        state.epoch = new_epoch()
        run(state.saving(["epoch"]))
        return state.revision + 1 - first
