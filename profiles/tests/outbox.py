"""The real worker, for as long as there is work."""

from unittest.mock import patch

from django_tasks_db.management.commands import db_worker


def send_all() -> None:
    worker = db_worker.Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="test",
        excluded_queue_names=[],
    )
    # Between tasks it lets go of its connection: here that is the test's own.
    with patch.object(db_worker, "close_old_connections"):
        worker.run()
