"""manage.py work: the worker that `make run` and systemd start."""

import logging
import threading
import time
from contextlib import suppress
from typing import Any

from django.db import Error, close_old_connections, connection
from django_tasks_db.management.commands import db_worker

from animecollections.jobs import JOBS
from history.jobs.services import let_go, run_due
from profiles import outbox
from profiles.webhooks.couriers import Couriers

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 15
SECONDS_TO_END = 10
FIRST_PAUSE, LONGEST_PAUSE = 1, 15  # seconds between two tries to reach the database
REFUSED = ("django.db.utils.OperationalError", "django.db.utils.InterfaceError")
STEADY_SECONDS = 60  # a run that lasted so long makes the next pause short again


class SteadyWorker(db_worker.Worker):
    """Outlives the database: `make run` and its server end with their worker.

    The library's loop ends with any error of the database: between tasks, in the
    middle of one, at the start.
    """

    pause = FIRST_PAUSE

    def run(self) -> None:
        while True:
            began = time.monotonic()
            try:
                super().run()
                return
            except Error as error:
                if self.batch:  # the operator wants to know
                    raise
                logger.warning("The worker waits for the database: %s", reason(error))
            if time.monotonic() - began > STEADY_SECONDS:
                self.pause = FIRST_PAUSE
            self.wait_for_database()
            logger.warning("The worker continues: the database answers again")

    def wait_for_database(self) -> None:
        """Until what this worker had in hand is in the queue again."""
        while True:
            time.sleep(self.pause)
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            with suppress(Error):
                connection.close()
                outbox.take_up_own(self.worker_id)
                return

    def run_task(self, row: outbox.Row) -> None:
        """A task that the database refused is done again, not given up: a lock that
        was not had in time says nothing of the task.
        """
        super().run_task(row)
        if row.status == "FAILED" and row.exception_class_path in REFUSED:
            outbox.try_again(row)


def reason(error: Error) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


# The library's command makes its worker by this name, and offers no other way.
db_worker.Worker = SteadyWorker  # type: ignore[misc]


class Clock(threading.Thread):
    """Runs jobs next to the tasks, so that no mail waits for a long pruning.

    A daemon: what it does stands in small transactions, and the worker does not wait
    long for it.
    """

    def __init__(self) -> None:
        super().__init__(name="jobs", daemon=True)
        self.stopping = threading.Event()
        self.is_waiting = False  # one line for an outage, not one for each look

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.look()
            except Error as error:
                if not self.is_waiting:
                    logger.warning("Jobs wait for the database: %s", reason(error))
                self.is_waiting = True
            except Exception:  # the next look may work
                logger.exception("Jobs could not be run")
            self.stopping.wait(SECONDS_BETWEEN_LOOKS)

    def look(self) -> None:
        close_old_connections()
        try:
            run_due(JOBS, is_stopping=self.stopping.is_set)
            self.is_waiting = False
        finally:
            close_old_connections()


class Command(db_worker.Command):
    help = (
        "Sends the mails of the outbox, calls webhooks, and runs the periodic jobs. "
        "One worker is enough; with several, one of them runs each job."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        clock, couriers = Clock(), Couriers()
        clock.start()
        couriers.start()
        try:
            super().handle(*args, **options)
        finally:
            couriers.stopping.set()
            clock.stopping.set()
            clock.join(SECONDS_TO_END)
            with suppress(Error):  # else the next worker waits for the lease
                let_go()
