"""/healthz and /readyz: what a load balancer and a monitor ask."""

from collections import namedtuple
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from animecollections import probes
from animecollections.db.spread import is_spread
from animecollections.jobs import JOBS
from collections_app.merges import services as merging
from collections_app.models import Merge
from history.models import Job
from profiles.sync.feed import feed

pytestmark = pytest.mark.django_db


@pytest.fixture
def all_ran():
    later = timezone.now() + timedelta(hours=1)
    Job.objects.bulk_create(
        Job(name=job.name, due_at=later, due_since=later) for job in JOBS
    )


def ready(status=200, **headers):
    response = Client().get("/readyz", headers=headers)
    assert response.status_code == status, response.content
    assert response["Cache-Control"] == "no-store"
    return response.json()


def says(status, check, found):
    return found["status"] == status and found["checks"][check].get("says", "")


def test_a_living_process_says_so_without_the_database(budget):
    with budget(0, "the process alone"):
        response = Client().get("/healthz")
    assert response.json() == {"status": "ok", "release": "0.1.0"}


def test_where_all_is_well_each_check_is_named(all_ran, budget):
    probes.migrations_of_this_release()
    checks = "SELECT 1, a table of migrations, which, jobs, merges, mails"
    # Where it is spread, the machines are asked too.
    with budget(6 + is_spread(), f"{checks}, machines"):
        found = ready()
    assert found["status"] == "ok"
    names = ["database", "migrations", "disk", *(["nodes"] if is_spread() else [])]
    names += ["channel_layer", "jobs", "merges", "outbox"]
    assert list(found["checks"]) == names
    assert all(check["ok"] for check in found["checks"].values())


def test_probes_come_by_address_over_plain_http(all_ran, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert ready(host="10.0.0.7:8000")["status"] == "ok"


def test_a_database_that_does_not_answer_fails(monkeypatch):
    def refuse(*args):
        raise OperationalError("connection to 10.0.0.1 refused for user secret")

    with connection.execute_wrapper(refuse):
        found = ready(503)
    assert says("failing", "database", found) == "the database does not answer"
    assert "secret" not in str(found)
    assert "jobs" not in found["checks"]


def test_migrations_to_go_fail(all_ran):
    MigrationRecorder(connection).record_unapplied("history", "0001_initial")
    assert says("failing", "migrations", ready(503)) == (
        "1 migrations are not applied: run manage.py migrate"
    )


def test_a_full_disk_fails(all_ran, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(probes.shutil, "disk_usage", lambda path: usage(10))
    assert "full" in says("failing", "disk", ready(503))


def test_a_late_job_is_told_and_takes_no_server_away(all_ran):
    ago = timezone.now() - timedelta(hours=4)
    Job.objects.filter(name="prune").update(due_at=ago, due_since=ago)
    found = says("degraded", "jobs", ready())
    assert found.startswith("prune was due ")
    assert found.endswith("UTC: is manage.py work running?")


def test_a_job_that_fails_every_time_is_told(all_ran):
    """Though the worker tries it at its times, and its next one is yet to come."""
    Job.objects.filter(name="prune").update(
        due_since=timezone.now() - timedelta(hours=4),
        has_failed=True,
        outcome="ValueError: see the log",
    )
    found = says("degraded", "jobs", ready())
    assert found.startswith("prune has failed since ")
    assert found.endswith(" UTC, ValueError: see the log")


def test_a_feed_that_is_out_is_told(all_ran, monkeypatch):
    monkeypatch.setattr(feed, "is_out", True)
    assert "Redis" in says("degraded", "channel_layer", ready())


def test_a_merge_that_stands_still_is_told_until_somebody_goes_on(all_ran):
    at = timezone.now() - timedelta(hours=4)
    merge = Merge.objects.create(kept_id=5, gone_id=7, reason="the same", moved_at=at)
    found = says("degraded", "merges", ready())
    assert found.startswith(
        f"that of 7 into 5 has made no progress since {at:%Y-%m-%d %H:%M}"
    )
    merging.note_move(merge)
    assert ready()["status"] == "ok"
