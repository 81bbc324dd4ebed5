"""manage.py work: the worker that `make run` and systemd start."""

import logging
import threading
from typing import Any

from django.db import DatabaseError, close_old_connections
from django_tasks_db.management.commands.db_worker import Command as DatabaseWorker

from animecollections.jobs import JOBS
from history.services.jobs import let_go, run_due

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 15
SECONDS_TO_END = 10


class Clock(threading.Thread):
    """Runs jobs beside the tasks, so that no mail waits for a long trimming.

    A daemon: what it does stands in small transactions, and the worker does not wait
    long for it.
    """

    def __init__(self) -> None:
        super().__init__(name="jobs", daemon=True)
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            close_old_connections()
            try:
                run_due(JOBS, is_stopping=self.stopping.is_set)
            except DatabaseError as error:
                logger.warning("Jobs wait for the database: %s", type(error).__name__)
            close_old_connections()
            self.stopping.wait(SECONDS_BETWEEN_LOOKS)


class Command(DatabaseWorker):
    help = (
        "Sends the mails of the outbox, and does what must be done regularly. One is "
        "enough; of more, one does each thing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        clock = Clock()
        clock.start()
        try:
            super().handle(*args, **options)
        finally:
            clock.stopping.set()
            clock.join(SECONDS_TO_END)
            let_go()
