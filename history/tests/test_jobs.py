"""Jobs: due at a time, run by one worker, late when none does."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from animecollections.identity import Origin
from factories import UserFactory
from history.admin import state_of
from history.jobs import services as jobs
from history.jobs.services import PeriodicJob, late, run_due
from history.models import Job, StaffAction

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def regular(run=lambda: "all done", name="sweep"):
    return PeriodicJob(name, HOUR, run)


def go(*some):
    return run_due(some, is_stopping=lambda: False)


def test_a_new_job_runs_at_once_and_is_due_an_hour_later():
    before = timezone.now()
    assert go(regular()) == 1
    job = Job.objects.get()
    assert (job.outcome, job.has_failed, job.held_until) == ("all done", False, None)
    assert before + HOUR <= job.due_at <= timezone.now() + HOUR
    assert go(regular()) == 0


def test_a_renamed_job_deletes_its_old_row_once_no_worker_runs_it():
    renamed = PeriodicJob("prune", HOUR, lambda: "done", formerly="trim")
    later = timezone.now() + HOUR
    Job.objects.create(name="trim", due_at=later)  # of a worker that still lives
    assert go(renamed) == 1
    assert Job.objects.filter(name="trim").exists()
    Job.objects.update(due_at=timezone.now())
    assert go(renamed) == 1
    assert Job.objects.get().name == "prune"


def test_nothing_is_begun_when_the_worker_stops():
    assert run_due([regular()], is_stopping=lambda: True) == 0


def test_a_failure_is_kept_and_logged_and_keeps_no_other_waiting(caplog):
    def fail():
        raise ValueError("secret of the moment")

    assert go(regular(fail), regular(name="other")) == 2
    job = Job.objects.get(name="sweep")
    assert job.has_failed
    assert job.outcome == "ValueError: see the log"
    assert job.due_at > timezone.now() > job.due_since
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
    assert late([job], now) == ["sweep has never run: is manage.py work running?"]
    go(job)
    assert late([job], now + HOUR) == []
    [says] = late([job], now + HOUR + timedelta(minutes=11))
    assert says.startswith("sweep was due 2")


def fail():
    raise ValueError


def test_a_job_that_fails_every_time_is_late_in_the_end():
    weekly = PeriodicJob("sweep", timedelta(days=7), fail)
    go(weekly)
    began = timezone.now()
    for hours in range(1, 20):
        job = Job.objects.get()
        assert job.due_at <= began + timedelta(hours=hours)  # tried again before a week
        Job.objects.update(due_at=began - timedelta(seconds=1))
        assert go(weekly) == 1
    assert late([weekly], began + timedelta(hours=16)) == []
    [says] = late([weekly], began + timedelta(hours=17))
    assert says.startswith("sweep has failed since 2")
    assert says.endswith(" UTC, ValueError: see the log")


def test_once_it_is_done_again_it_is_not_late():
    Job.objects.create(
        name="sweep",
        due_at=timezone.now(),
        due_since=timezone.now() - 9 * HOUR,
        has_failed=True,
    )
    go(regular())
    assert late([regular()], timezone.now() + HOUR) == []


def test_a_worker_of_the_release_before_leaves_no_job_late():
    """It moves `due_at` alone; the next run here is a day away."""
    day = timedelta(days=1)
    daily, now = PeriodicJob("sweep", day, lambda: "all done"), timezone.now()
    Job.objects.create(
        name="sweep", due_at=now + day, due_since=now - 3 * HOUR, outcome="all done"
    )
    assert late([daily], now) == []
    assert state_of(Job.objects.get(), now) == "done"
    [says] = late([daily], now + day + timedelta(hours=3))
    assert says.startswith("sweep was due")


# --- Run now -----------------------------------------------------------------------


def test_staff_have_it_run_and_it_stands_in_their_log(staff):
    go(regular())
    through = Origin("admin", actor_id=staff.pk)
    assert jobs.run_soon("sweep", reason="a full disk", through=through)
    act = StaffAction.objects.get()
    assert (act.action, act.actor_id, act.reason) == (
        "run_job",
        staff.pk,
        "a full disk",
    )
    assert act.after == {"job": "sweep"}
    assert late([regular()], timezone.now() + HOUR) == []  # by its own time
    assert go(regular()) == 1
    assert go(regular()) == 0


def test_one_that_is_running_is_not_begun_once_more(staff):
    assert jobs.claim(regular(), timezone.now())
    before = Job.objects.get().due_at
    through = Origin("admin", actor_id=staff.pk)
    assert not jobs.run_soon("sweep", reason="twice", through=through)
    assert Job.objects.get().due_at == before
    assert not StaffAction.objects.exists()


def browser_of(user):
    browser = Client()
    browser.force_login(user)
    return browser


def test_by_a_button_of_the_list(staff):
    go(regular())
    browser = browser_of(staff)
    rows = reverse("admin:history_job_changelist")
    address = reverse("admin:run_job", args=["sweep"])
    assert address in browser.get(rows).content.decode()
    assert Job.objects.get().due_at > timezone.now()
    browser.post(address, {"reason": ""})
    assert Job.objects.get().due_at > timezone.now()
    answer = browser.post(address, {"reason": "a full disk"}, follow=True)
    assert "the worker starts it within a minute" in answer.content.decode()
    assert Job.objects.get().due_at <= timezone.now()


def test_only_by_permission():
    support = UserFactory(is_staff=True)
    support.groups.add(Group.objects.get(name="Support"))
    go(regular())
    browser = browser_of(support)
    listed = browser.get(reverse("admin:history_job_changelist"))
    assert "sweep" in listed.content.decode()
    assert "Run now" not in listed.content.decode()
    address = reverse("admin:run_job", args=["sweep"])
    assert browser.post(address, {"reason": "may I"}).status_code == 403
    assert Job.objects.get().due_at > timezone.now()


def test_the_list_says_how_each_went_in_words(staff):
    """A tick in green stood beside what had failed, a cross in red beside the rest."""
    now = timezone.now()
    due, ago = now + HOUR, now - HOUR
    rows = {
        "done": {"outcome": "3 dropped", "due_since": due},
        "failed": {"outcome": "ValueError", "due_since": ago, "has_failed": True},
        "late": {"outcome": "3 dropped", "due_since": ago, "due_at": ago},
        "running": {"held_until": due, "due_since": ago, "has_failed": True},
        "new": {"due_since": now},
    }
    for name, row in rows.items():
        Job.objects.create(name=f"the {name} job", **{"due_at": due} | row)
    page = browser_of(staff).get(reverse("admin:history_job_changelist"))
    text = page.content.decode()
    assert "icon-yes" not in text
    assert "check_circle" not in text
    listed = {job.name: state_of(job, now) for job in Job.objects.all()}
    assert listed == {f"the {name} job": name for name in rows}
    body = text[text.index("result_list") :]
    for name in rows:
        row = body[body.index(f"the {name} job") :]
        assert f">{name}<" in "".join(row[: row.index("</tr>")].split()), name


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
