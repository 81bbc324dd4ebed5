"""Jobs: each is due at a time, and of several workers one runs it."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from history.models import Job

logger = logging.getLogger(__name__)

# A worker that was killed in the middle lets go of its job after this. One that runs
# longer may be joined by another: every job can stand that.
LEASE = timedelta(hours=1)
LONGEST_OUTCOME = 500
# Jobs of every five minutes are late after a quarter of an hour, daily ones after 2.4.
LEAST_GRACE, SHARE_OF_GRACE = timedelta(minutes=10), 0.1


_running: set[str] = set()  # in this process


@dataclass(frozen=True, slots=True)
class Regular:
    """What is done every so often; `run` answers with one sentence."""

    name: str
    every: timedelta
    run: Callable[[], str]

    @property
    def grace(self) -> timedelta:
        return max(LEAST_GRACE, self.every * SHARE_OF_GRACE)


def run_due(jobs: Sequence[Regular], *, is_stopping: Callable[[], bool]) -> int:
    """Runs what is due and nobody else runs, one after the other; how many."""
    number = 0
    for job in jobs:
        if not is_stopping() and claim(job, timezone.now()):
            run(job)
            number += 1
    return number


def claim(job: Regular, now: datetime) -> bool:
    """One statement decides between workers; the first time, a row comes before it."""
    free = Q(held_until=None) | Q(held_until__lt=now)
    mine = Job.objects.filter(free, name=job.name, due_at__lte=now)
    held = {"held_until": now + LEASE, "began_at": now}
    if mine.update(**held):
        return True
    if Job.objects.filter(name=job.name).exists():
        return False
    Job.objects.bulk_create([Job(name=job.name, due_at=now)], ignore_conflicts=True)
    return bool(mine.update(**held))


def run(job: Regular) -> None:
    """Its outcome stands in the row, a failure too, which is logged with its reason.

    Ended from outside (the worker stops), it is due at once for the next worker.
    """
    began = time.monotonic()
    _running.add(job.name)
    due_at, outcome, has_failed = timezone.now(), "ended before it was done", True
    try:
        try:
            outcome, has_failed = job.run(), False
        except Exception as error:
            logger.exception("The job %s failed", job.name)
            outcome = f"{type(error).__name__}: see the log"
        due_at += job.every
    finally:
        _running.discard(job.name)
        if not connection.is_usable():
            connection.close()
        Job.objects.filter(name=job.name).update(
            due_at=due_at,
            held_until=None,
            seconds=round(time.monotonic() - began, 3),
            outcome=outcome[:LONGEST_OUTCOME],
            has_failed=has_failed,
        )


def let_go() -> None:
    """The process ends with a job in the middle: the next worker need not wait."""
    Job.objects.filter(name__in=list(_running)).update(held_until=None)


def late(jobs: Sequence[Regular], now: datetime) -> list[str]:
    """Those that should long have run, each in a few words."""
    due = dict(Job.objects.values_list("name", "due_at"))
    told = []
    for job in jobs:
        if job.name not in due:
            told.append(f"{job.name} has never run")
        elif now > due[job.name] + job.grace:
            told.append(f"{job.name} was due {due[job.name]:%Y-%m-%d %H:%M} UTC")
    return told
