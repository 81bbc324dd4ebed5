"""What a worker leaves behind in the outbox that was killed, or lost the database."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)

Row = DBTaskResult[Any, Any]

# By where a task is. No mail takes so long: each word with its server has
# EMAIL_TIMEOUT. A merge of titles hardly does, and two workers at one do no harm.
LOST_AFTER = {
    "profiles.tasks.": timedelta(minutes=5),
    "collections_app.tasks.": timedelta(minutes=30),
}
MOST_WORKERS = 5
PAUSE = timedelta(seconds=5)  # before what the database refused is tried again


def take_up_lost() -> int:
    """Queues again what a worker had in hand when it was killed; how many tasks.

    A mail may have left already: it comes twice rather than never; a merge goes on. A
    task that ended every worker that had it is given up, and stays in the admin among
    the failed.
    """
    now, lost = timezone.now(), Q()
    for place, time in LOST_AFTER.items():
        lost |= Q(task_path__startswith=place, started_at__lt=now - time)
    return queue_again(DBTaskResult.objects.running().filter(lost))


def take_up_own(worker_id: str) -> int:
    """The same for what a living worker had in hand when the database went away."""
    running = DBTaskResult.objects.running()
    return queue_again(row for row in running if row.worker_ids[-1:] == [worker_id])


def queue_again(rows: Iterable[Row]) -> int:
    taken = 0
    for row in rows:
        if len(row.worker_ids) >= MOST_WORKERS:
            row.set_failed(RuntimeError("Each worker that had it was killed."))
            continue
        # Unless another worker took it up a moment ago.
        same = DBTaskResult.objects.running().filter(
            pk=row.pk, started_at=row.started_at
        )
        taken += same.update(status="READY")
    if taken:
        logger.warning("%d tasks that were interrupted are done again", taken)
    return taken


def try_again(row: Row) -> None:
    """A task that the database refused, in a moment; unless that goes on and on."""
    number = len(row.worker_ids)
    if number >= MOST_WORKERS:
        return
    later = timezone.now() + number * PAUSE
    DBTaskResult.objects.filter(pk=row.pk, status="FAILED").update(
        status="READY", run_after=later, finished_at=None
    )
    logger.warning("The database refused a task (%s): tried again", row.task_path)
