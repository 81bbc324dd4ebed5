"""Jobs: due at a time, run by one worker, late when none does."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from history.models import Job
from history.services import jobs
from history.services.jobs import Regular, late, run_due

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def regular(run=lambda: "all done", name="sweep"):
    return Regular(name, HOUR, run)


def go(*some):
    return run_due(some, is_stopping=lambda: False)


def test_a_new_job_runs_at_once_and_is_due_an_hour_later():
    before = timezone.now()
    assert go(regular()) == 1
    job = Job.objects.get()
    assert (job.outcome, job.has_failed, job.held_until) == ("all done", False, None)
    assert before + HOUR <= job.due_at <= timezone.now() + HOUR
    assert go(regular()) == 0


def test_nothing_is_begun_when_the_worker_stops():
    assert run_due([regular()], is_stopping=lambda: True) == 0


def test_a_failure_is_kept_and_logged_and_keeps_no_other_waiting(caplog):
    def fail():
        raise ValueError("secret of the moment")

    assert go(regular(fail), regular(name="other")) == 2
    job = Job.objects.get(name="sweep")
    assert job.has_failed
    assert job.outcome == "ValueError: see the log"
    assert job.due_at > timezone.now()
    assert "The job sweep failed" in caplog.text
    assert Job.objects.get(name="other").outcome == "all done"


def test_ended_in_the_middle_it_is_due_at_once():
    def stop():
        raise SystemExit

    with pytest.raises(SystemExit):
        go(regular(stop))
    assert Job.objects.get().has_failed
    assert go(regular()) == 1


def test_a_worker_that_was_killed_holds_its_job_for_an_hour():
    now = timezone.now()
    assert jobs.claim(regular(), now)
    assert go(regular()) == 0
    Job.objects.update(held_until=now - timedelta(seconds=1))
    assert go(regular()) == 1


def test_a_worker_that_goes_lets_go(monkeypatch):
    assert jobs.claim(regular(), timezone.now())
    monkeypatch.setattr(jobs, "_running", {"sweep"})
    jobs.let_go()
    assert go(regular()) == 1


def test_a_job_is_late_by_a_tenth_of_its_span():
    job = regular()
    now = timezone.now()
    assert late([job], now) == ["sweep has never run"]
    go(job)
    assert late([job], now + HOUR) == []
    [says] = late([job], now + HOUR + timedelta(minutes=11))
    assert says.startswith("sweep was due 2")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_runs_it():
    ran = []
    start = threading.Barrier(6)
    job = regular(lambda: ran.append(1) or "done")

    def work():
        start.wait()
        try:
            go(job)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert ran == [1]
