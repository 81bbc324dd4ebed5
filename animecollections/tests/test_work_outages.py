"""manage.py work while the database is away: it waits, and goes on."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from django_tasks_db.models import DBTaskResult, get_date_max

from animecollections.management.commands.work import REFUSED
from animecollections.tests.postgres import Postgres, needs_postgres
from profiles import outbox, tasks

pytestmark = pytest.mark.races


@pytest.fixture(scope="module")
def postgres():
    server = Postgres()
    manage("migrate", "-v0", url=server.url)
    yield server
    server.remove()


def manage(*command, url, **more):
    subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url} | more,
        check=True,
        timeout=120,
    )


def ask(postgres, statement, *values):
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        return connection.execute(statement, values).fetchall()


def enqueue(postgres):
    """A task that needs nobody: there is no account of that address."""
    code = (
        "from profiles.accounts import tasks; "
        "tasks.mail_reset.enqueue(email='a@b.example')"
    )
    manage("shell", "-c", code, url=postgres.url)


def statuses(postgres):
    statement = "SELECT status FROM django_tasks_database_dbtaskresult ORDER BY 1"
    return [status for (status,) in ask(postgres, statement)]


@contextmanager
def worker(home, postgres, email="console://"):
    log = home / "log"
    command = ["work", "--no-reload", "--no-startup-delay", "--interval", "0.1"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": postgres.url, "EMAIL_URL": email},
            stdout=output,
            stderr=output,
        )
        try:
            yield process, log
        finally:
            process.kill()
            process.wait()


def wait_until(condition, log, seconds=40):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)


def lines_with(log, words):
    return [line for line in log.read_text().splitlines() if words in line]


@needs_postgres
def test_it_goes_on_when_the_database_comes_back(postgres, tmp_path):
    """Away when it starts, and restarted while it looks for tasks."""
    postgres.stop()
    with worker(tmp_path, postgres) as (process, log):
        wait_until(lambda: lines_with(log, "The worker waits for the database"), log)
        postgres.start()
        wait_until(lambda: lines_with(log, "The worker continues"), log)
        postgres.stop()
        wait_until(lambda: len(lines_with(log, "The worker waits")) == 2, log)
        time.sleep(4)  # some tries in vain
        postgres.start()
        enqueue(postgres)
        wait_until(lambda: statuses(postgres) == ["SUCCESSFUL"], log)
        assert process.poll() is None
        assert len(lines_with(log, "The worker waits")) == 2
        assert "Traceback" not in log.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@needs_postgres
def test_a_task_that_the_outage_interrupted_is_done_again_at_once(postgres, tmp_path):
    ask_nothing = "DELETE FROM django_tasks_database_dbtaskresult RETURNING 1"
    ask(postgres, ask_nothing)
    code = (
        "from factories import UserFactory; from profiles.accounts import tasks;"
        "tasks.mail_reset.enqueue(email=UserFactory().email)"
    )
    manage("shell", "-c", code, url=postgres.url)
    with socket.create_server(("127.0.0.1", 0)) as mail:
        mail.settimeout(30)
        address = f"smtp://127.0.0.1:{mail.getsockname()[1]}"
        with worker(tmp_path, postgres, address) as (process, log):
            first, _ = mail.accept()  # the worker waits to be greeted
            postgres.stop()
            postgres.start()
            first.close()  # the mail fails, and the database is another one
            second, _ = mail.accept()
            second.close()
            wait_until(lambda: lines_with(log, "The worker continues"), log)
            assert process.poll() is None


@needs_postgres
def test_told_to_stop_while_the_database_is_away_it_stops(postgres, tmp_path):
    postgres.stop()
    try:
        with worker(tmp_path, postgres) as (process, log):
            wait_until(lambda: lines_with(log, "The worker waits"), log)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
            assert not re.search("Traceback", log.read_text())
    finally:
        postgres.start()


@pytest.mark.django_db
def test_a_task_that_the_database_refused_is_tried_again_and_not_for_ever(alice):
    tasks.mail_reset.enqueue(email=alice.email)
    for tries in range(outbox.MOST_WORKERS):
        row = DBTaskResult.objects.get()
        assert row.status == "READY"
        assert (row.run_after < get_date_max()) == (tries > 0)
        row.claim("mine")
        row.set_failed(OperationalError("canceling statement due to lock timeout"))
        assert row.exception_class_path in REFUSED
        outbox.try_again(row)
    assert DBTaskResult.objects.get().status == "FAILED"
