"""Jobs: each is due at a time, and of several workers one runs it."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from animecollections.identity import Origin
from history.jobs.models import Job
from history.staff_log import services as audit

logger = logging.getLogger(__name__)

# A worker that was killed in the middle lets go of its job after this. One that runs
# longer may be joined by another: every job can stand that.
LEASE = timedelta(hours=1)
LONGEST_OUTCOME = 500
# Jobs of every five minutes are late after a quarter of an hour, daily ones after 2.4.
LEAST_GRACE, SHARE_OF_GRACE = timedelta(minutes=10), 0.1
# One that failed does not wait for its day or week to come round.
LONGEST_RETRY = timedelta(hours=1)

_running: set[str] = set()  # in this process


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """What is done every so often; `run` answers with one sentence.

    formerly: its name in the release before this one, whose worker goes on with the old
    row during an upgrade. Once nobody does, the job deletes that row.
    """

    name: str
    every: timedelta
    run: Callable[[], str]
    formerly: str = ""

    @property
    def grace(self) -> timedelta:
        return max(LEAST_GRACE, self.every * SHARE_OF_GRACE)


def run_due(jobs: Sequence[PeriodicJob], *, is_stopping: Callable[[], bool]) -> int:
    """Runs what is due and nobody else runs, one after the other; how many."""
    number = 0
    for job in jobs:
        if not is_stopping() and claim(job, timezone.now()):
            run(job)
            number += 1
    return number


def claim(job: PeriodicJob, now: datetime) -> bool:
    """One statement decides between workers; the first time, a row comes before it."""
    mine = Job.objects.filter(is_free(now), name=job.name, due_at__lte=now)
    held = {"held_until": now + LEASE, "began_at": now}
    if mine.update(**held):
        return True
    if Job.objects.filter(name=job.name).exists():
        return False
    new = Job(name=job.name, due_at=now, due_since=now)
    Job.objects.bulk_create([new], ignore_conflicts=True)
    return bool(mine.update(**held))


def is_free(now: datetime) -> Q:
    return Q(held_until=None) | Q(held_until__lt=now)


def run(job: PeriodicJob) -> None:
    """Its outcome stands in the row, a failure too, which is logged with its reason.

    Ended from outside (the worker stops), it is due at once for the next worker.
    """
    began = time.monotonic()
    _running.add(job.name)
    now = timezone.now()
    due = {"due_at": now}
    outcome, has_failed = "stopped before it was done", True
    try:
        try:
            outcome, has_failed = job.run(), False
            due = dict.fromkeys(("due_at", "due_since"), now + job.every)
        except Exception as error:
            logger.exception("The job %s failed", job.name)
            outcome = f"{type(error).__name__}: see the log"
            due = {"due_at": now + min(job.every, LONGEST_RETRY)}
    finally:
        _running.discard(job.name)
        if not connection.is_usable():
            connection.close()
        Job.objects.filter(name=job.name).update(
            **due,
            held_until=None,
            seconds=round(time.monotonic() - began, 3),
            outcome=outcome[:LONGEST_OUTCOME],
            has_failed=has_failed,
        )
        if job.formerly:
            old = Job.objects.filter(is_free(now), name=job.formerly, due_at__lte=now)
            old.delete()


def let_go() -> None:
    """The process ends with a job in the middle: the next worker need not wait."""
    Job.objects.filter(name__in=list(_running)).update(held_until=None)


def run_soon(name: str, *, reason: str, through: Origin) -> bool:
    """The worker takes it at its next look; not where it is at it already. When it is
    late is counted from its own time all the same.
    """
    now = timezone.now()
    with transaction.atomic():
        if not Job.objects.filter(is_free(now), name=name).update(due_at=now):
            return False
        audit.note(
            action="run_job", through=through, reason=reason, after={"job": name}
        )
    return True


def late(jobs: Sequence[PeriodicJob], now: datetime) -> list[str]:
    """Those that should long have been done, each in a few words."""
    rows = Job.objects.in_bulk()
    failing, missed = [], []
    for job in jobs:
        row = rows.get(job.name)
        if row is None:
            missed.append(f"{job.name} has never run")
        elif row.is_late(now, job.grace):
            at = f"{row.due_since:%Y-%m-%d %H:%M} UTC"
            if row.has_failed:
                failing.append(f"{job.name} has failed since {at}, {row.outcome}")
            else:
                missed.append(f"{job.name} was due {at}")
    if missed:
        missed[-1] += ": is manage.py work running?"
    return failing + missed
