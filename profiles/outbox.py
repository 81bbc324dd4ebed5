"""The outbox: tasks as rows in the database until the worker has done them. Whose mails
are in it, which were given up, and what a worker leaves behind that was killed or lost
the database.

A mail that could not be sent, or a file that could not be removed, is tried again by a
task of its own, later and later; the failed ones stay in the admin, under Task results.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import timedelta
from functools import partial
from smtplib import SMTPException
from typing import Any
from uuid import UUID

from django.db.models import Func, Q, QuerySet, TextField
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.ops.tries import TRIED_AGAIN, again_on_failure

logger = logging.getLogger(__name__)

Row = DBTaskResult[Any, Any]

# Of the mail server, the storage; the last: told twice to stop.
FAILURES = (SMTPException, OSError, SystemExit)
again = partial(again_on_failure, FAILURES)

# By where a task is. No mail takes so long: each word with its server has
# EMAIL_TIMEOUT. A merge of titles hardly does, and two workers at one do no harm.
LOST_AFTER = {
    "profiles.": timedelta(minutes=5),
    "collections_app.": timedelta(minutes=30),
}
MOST_WORKERS = 5
PAUSE = timedelta(seconds=5)  # before what the database refused is tried again


# How they failed where the address is at fault, or none: no trouble of the service.
NO_SUCH_ADDRESS = "smtplib.SMTPRecipientsRefused"


def given_up() -> QuerySet[Row]:
    """Mails and files that nothing tries again, until staff do or let them be."""
    ours = DBTaskResult.objects.failed().filter(task_path__startswith="profiles.")
    return ours.exclude(exception_class_path=TRIED_AGAIN)


class Argument(Func):
    """What a task was queued with, by its name. Migration profiles.0013 indexes it by
    `user_id` and `email`, in these very words.
    """

    template = "(%(expressions)s #>> '{kwargs,%(name)s}')"
    output_field = TextField()

    def __init__(self, name: str) -> None:
        super().__init__("args_kwargs", name=name)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "JSON_EXTRACT(%(expressions)s, '$.kwargs.%(name)s')"
        return self.as_sql(compiler, connection, template=template, **context)


def mails_to(
    rows: QuerySet[Row], user_ids: Collection[UUID], emails: Collection[str]
) -> QuerySet[Row]:
    """Those to these people, and to these addresses."""
    ids = [str(id_) for id_ in user_ids]
    to = {"to_user": Argument("user_id"), "to_email": Argument("email")}
    theirs = Q(to_user__in=ids) | Q(to_email__in=list(emails))
    return rows.alias(**to).filter(theirs)


def send_again(row: Row) -> bool:
    """From the first try on; False where another was faster. One that was sent is sent
    once more, next to it.
    """
    kwargs = {k: v for k, v in row.args_kwargs["kwargs"].items() if k != "tries"}
    if row.task_path.endswith(".mail_reset"):  # staff ask, no stranger
        kwargs["is_limited"] = False
    if row.status == "SUCCESSFUL":
        row.task.using(run_after=None).enqueue(**kwargs)
        return True
    failed = DBTaskResult.objects.failed().filter(pk=row.pk)
    return bool(
        failed.update(
            status="READY",
            args_kwargs={"args": [], "kwargs": kwargs},
            run_after=timezone.now(),
            worker_ids=[],
            finished_at=None,
            exception_class_path="",
            traceback="",
        )
    )


def let_be(row: Row) -> bool:
    """It is not sent, and no longer told as given up."""
    return bool(DBTaskResult.objects.failed().filter(pk=row.pk).delete()[0])


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
            row.set_failed(RuntimeError("Every worker that tried it was killed."))
            continue
        # Unless another worker took it up a moment ago.
        same = DBTaskResult.objects.running().filter(
            pk=row.pk, started_at=row.started_at
        )
        taken += same.update(status="READY")
    if taken:
        logger.warning("%d interrupted tasks are queued again", taken)
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
    logger.warning("The database refused a task (%s): it is tried again", row.task_path)
