"""What a worker that was killed leaves behind in the outbox."""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)

# By where a task is. No mail takes so long: each word with its server has
# EMAIL_TIMEOUT. A merge of titles hardly does, and two workers at one do no harm.
LOST_AFTER = {
    "profiles.tasks.": timedelta(minutes=5),
    "collections_app.tasks.": timedelta(minutes=30),
}
MOST_WORKERS = 5


def take_up_lost() -> int:
    """Queues again what a worker had in hand when it was killed; how many tasks.

    A mail may have left already: it comes twice rather than never; a merge goes on. A
    task that ended every worker that had it is given up, and stays in the admin among
    the failed.
    """
    now, lost = timezone.now(), Q()
    for place, time in LOST_AFTER.items():
        lost |= Q(task_path__startswith=place, started_at__lt=now - time)
    taken = 0
    for row in DBTaskResult.objects.running().filter(lost):
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
