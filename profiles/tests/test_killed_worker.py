"""A worker that is killed in the middle of a mail, and the next one."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.tests.serving import database_url
from collections_app.merges import services as merging
from collections_app.merges.tasks import merge_titles
from collections_app.models import Merge
from factories import AnimeFactory, UserFactory
from history.models import Job
from profiles import outbox, tasks
from profiles.tests.outbox import send_all


@contextmanager
def worker(mail_to, output=subprocess.DEVNULL):
    command = [sys.executable, "manage.py", "work"]
    process = subprocess.Popen(
        [*command, "--no-reload", "--no-startup-delay", "--interval", "0.1"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database_url(), "EMAIL_URL": mail_to},
        stdout=output,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def age(**by):
    """As if the worker had begun so long ago; what it does regularly is due again."""
    Job.objects.all().delete()
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(**by))


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_mail_whose_worker_was_killed_is_sent_by_the_next(tmp_path):
    alice = UserFactory()
    tasks.mail_reset.enqueue(email=alice.email)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        with (
            worker(f"smtp://127.0.0.1:{silent.getsockname()[1]}") as process,
            silent.accept()[0],  # the worker waits to be greeted
        ):
            process.kill()
            process.wait()
    assert DBTaskResult.objects.get().status == "RUNNING"
    age(minutes=6)
    printed = tmp_path / "printed"
    with printed.open("w") as output, worker("console://", output):
        for _ in range(300):
            if DBTaskResult.objects.get().status == "SUCCESSFUL":
                break
            time.sleep(0.1)
    assert f"To: {alice.email}" in printed.read_text()


@pytest.fixture
def lost(alice):
    """A mail that some worker has begun."""
    tasks.mail_reset.enqueue(email=alice.email)
    DBTaskResult.objects.get().claim("killed")


@pytest.mark.django_db
def test_a_mail_that_may_yet_be_on_its_way_is_left_alone(lost, mailoutbox):
    age(minutes=4)
    assert outbox.take_up_lost() == 0
    send_all()
    assert not mailoutbox


@pytest.mark.django_db
def test_a_mail_that_kills_every_worker_is_given_up(lost, mailoutbox):
    for _ in range(4):
        age(minutes=6)
        assert outbox.take_up_lost() == 1
        DBTaskResult.objects.get().claim("killed too")
    age(minutes=6)
    assert outbox.take_up_lost() == 0
    row = DBTaskResult.objects.get()
    assert row.status == "FAILED"
    assert "was killed" in row.traceback
    assert not mailoutbox


@pytest.mark.django_db
def test_a_merge_of_titles_goes_on_after_half_an_hour(staff):
    kept, gone = AnimeFactory(), AnimeFactory()
    job = merging.begin(merging.ref(kept.pk), merging.ref(gone.pk), "the same")
    merge_titles.enqueue(merge_id=str(job.pk), actor_id=str(staff.pk))
    DBTaskResult.objects.get().claim("killed")
    age(minutes=29)
    assert outbox.take_up_lost() == 0
    age(minutes=31)
    assert outbox.take_up_lost() == 1
    send_all()
    assert Merge.objects.get().status == "merged"


@pytest.mark.django_db
def test_other_tasks_are_not_touched(lost):
    DBTaskResult.objects.update(task_path="elsewhere.tasks.long_work")
    age(hours=6)
    assert outbox.take_up_lost() == 0
    assert DBTaskResult.objects.get().status == "RUNNING"
