"""manage.py work: the outbox and the jobs, in one process."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django_tasks_db.models import DBTaskResult

from animecollections.jobs import JOBS
from animecollections.tests.serving import database_url
from history.models import Job
from profiles.accounts import tasks

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_it_sends_mails_runs_jobs_and_ends_when_told(alice):
    """Started as systemd does."""
    tasks.mail_reset.enqueue(email=alice.email)
    sources = {"DATABASE_URL": database_url(), "EMAIL_URL": "console://"}
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "work", "--interval", "0.2", "--no-reload"],
        cwd=settings.BASE_DIR,
        env=os.environ | sources,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for(lambda: Job.objects.exclude(outcome="").count() == len(JOBS))
        wait_for(DBTaskResult.objects.successful().exists)
    finally:
        worker.send_signal(signal.SIGTERM)
        said, _ = worker.communicate(timeout=20)
    assert worker.returncode == 0, said
    assert f"To: {alice.email}" in said
    assert not Job.objects.filter(has_failed=True).exists()
    assert not Job.objects.exclude(held_until=None).exists()


def wait_for(condition):
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, list(Job.objects.values())
        time.sleep(0.2)
