"""Tasks that failed, tried again later and later, and not for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks.base import Task

MINUTES_TO_NEXT_TRY = (1, 5, 30, 120)


def again_on_failure(
    failures: tuple[type[BaseException], ...],
    this: Task[Any, None],
    tries: int,
    arguments: dict[str, Any],
    work: Callable[[], object],
) -> None:
    """Fails in any case, so that the reason is kept; queues the next try first."""
    try:
        work()
    except failures:
        if tries < len(MINUTES_TO_NEXT_TRY):
            later = timezone.now() + timedelta(minutes=MINUTES_TO_NEXT_TRY[tries])
            this.using(run_after=later).enqueue(**arguments, tries=tries + 1)
        raise
