"""Tasks that failed, tried again later and later, and not for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks.base import Task

MINUTES_TO_NEXT_TRY = (1, 5, 30, 120)


class TriedAgainError(Exception):
    """It failed by its cause, and the next try is queued."""


# As a failed row names what it failed by.
TRIED_AGAIN = f"{TriedAgainError.__module__}.{TriedAgainError.__qualname__}"


def again_on_failure(
    failures: tuple[type[BaseException], ...],
    this: Task[Any, None],
    tries: int,
    arguments: dict[str, object],
    work: Callable[[], object],
) -> None:
    """Fails in any case, so that the reason is kept; queues the next try first. The
    last fails by the error itself: it is given up, and somebody has to look.
    """
    try:
        work()
    except failures as error:
        if tries == len(MINUTES_TO_NEXT_TRY):
            raise
        later = timezone.now() + timedelta(minutes=MINUTES_TO_NEXT_TRY[tries])
        this.using(run_after=later).enqueue(**arguments, tries=tries + 1)
        raise TriedAgainError from error
