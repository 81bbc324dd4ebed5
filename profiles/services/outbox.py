"""What a worker that was killed leaves behind in the outbox."""

import logging
from datetime import timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)

# No task of ours takes so long: each word with a mail server has EMAIL_TIMEOUT.
LOST_AFTER = timedelta(minutes=5)
MOST_WORKERS = 5


def take_up_lost() -> int:
    """Queues again what a worker had in hand when it was killed; how many tasks.

    A mail may have left already: it comes twice rather than never. A task that ended
    every worker that had it is given up, and stays in the admin among the failed.
    """
    lost = DBTaskResult.objects.running().filter(
        task_path__startswith="profiles.tasks.",
        started_at__lt=timezone.now() - LOST_AFTER,
    )
    taken = 0
    for row in lost:
        if len(row.worker_ids) >= MOST_WORKERS:
            row.set_failed(RuntimeError("Each worker that had it was killed."))
            continue
        # Unless another worker took it up a moment ago.
        same = DBTaskResult.objects.running().filter(
            pk=row.pk, started_at=row.started_at
        )
        taken += same.update(status="READY")
    if taken:
        logger.warning("%d tasks of a worker that was killed are done again", taken)
    return taken
