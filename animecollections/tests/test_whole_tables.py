"""What may not read a table to its end, however long that has grown. By the plan that
the database makes of each statement, on whichever it is: never by the time it takes.
"""

import re
from functools import partial
from importlib import import_module

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from animecollections import probes
from animecollections.db.citus.placing import tables_of_users
from animecollections.identity import Origin
from animecollections.jobs import JOBS
from animecollections.management.commands.doctor import CHECKS, recent_writers
from animecollections.retention import RULES
from collections_app.merges import services as merging
from collections_app.title_events import services as title_events
from collections_app.title_events.services import NewEvent
from collections_app.watch_list.own_titles import (
    newer_on_list,
    newer_on_list_or_watched,
)
from factories import AnimeFactory, UserFactory
from history.models import EpisodesWatched, UserState
from profiles import outbox
from profiles.accounts import tasks
from profiles.figures import running_counts
from profiles.models import User
from profiles.personal_data.erasure import erase

pytestmark = pytest.mark.django_db
recording = import_module("history.log.recording")

PLANNED = ("SELECT", "UPDATE", "DELETE", "WITH")
# What EXPLAIN says of a table that is read from its beginning to its end.
WHOLE = {
    "postgresql": re.compile(r"Seq Scan on (\w+)"),
    "sqlite": re.compile(r"SCAN (\w+)\b(?! USING (?:COVERING )?INDEX user_locked)"),
}
COMMAND = Origin("command")
NO_TABLES = {"CONSTANT", "json_each"}  # of SQLite: a row in the statement itself


def read_whole(run):
    """The tables that `run` reads whole. PostgreSQL reads small tables so on purpose:
    it is told to prefer any index that serves.
    """
    with CaptureQueriesContext(connection) as captured:
        run()
    asked = [q["sql"] for q in captured.captured_queries]
    told = {table for sql in asked if is_planned(sql) for table in whole_of(sql)}
    return told - NO_TABLES


def is_planned(sql):
    return sql.lstrip(" (").upper().startswith(PLANNED)


def whole_of(sql):
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{explain} {sql}")
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    return WHOLE[connection.vendor].findall(plan)


def test_a_table_that_is_read_whole_is_told(alice):
    days = EpisodesWatched.objects.across_users()
    assert read_whole(lambda: list(days.filter(episodes=7))) == {
        "history_episodeswatched"
    }
    assert read_whole(lambda: list(EpisodesWatched.objects.of(alice.pk))) == set()


def test_a_merge_finds_whose_lists_have_a_title(alice, stranger, client):
    gone = AnimeFactory()
    client.post("/api/user/watchList", {"animeId": gone.pk, "type": "To Watch"})
    EpisodesWatched.objects.create(
        user=stranger, day=timezone.now(), anime_id=gone.pk, episodes=1
    )
    UserFactory()
    found = []
    assert read_whole(lambda: found.extend(merging.people_with(gone.pk))) == set()
    assert found == sorted([alice.pk, stranger.pk])


def test_what_is_told_of_the_outbox_reads_no_task_that_is_done(alice):
    tasks.mail_reset.enqueue(email=alice.email)
    assert read_whole(lambda: list(probes.figures_in_database())) <= {WEBHOOKS}
    assert read_whole(probes.outbox) == set()
    assert read_whole(outbox.take_up_lost) == set()


WEBHOOKS = "profiles_webhook"  # each look compares all with where their people stand


# Of few rows: a register that staff keep; some figures a day.
REGISTER, FIGURES = "profiles_privacyrequest", "profiles_figure"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_is_old_is_found_without_what_is_not(alice, rule):
    assert read_whole(rule.drop) <= {REGISTER}


FEW = {"profiles_factorremoval"}  # of those who wait


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_no_job_reads_a_table_of_users_whole(alice, client, monkeypatch, job):
    """But for the first count of the dashboard."""
    monkeypatch.setattr(running_counts, "ENTRIES_AT_ONCE", 2)
    running_counts.count_anew()
    for title in AnimeFactory.create_batch(3, episodes=12):
        body = {"animeId": title.pk, "type": "Watching", "progress": 2}
        client.post("/api/user/watchList", body)
    aired = {"first": 1, "last": 1, "total": 12, "airs_at": "", "estimated": False}
    title_events.note([NewEvent("aired", title.pk, "1", timezone.now(), aired)])
    running_counts.count_anew()
    assert read_whole(job.run) & tables_of_users().keys() <= FEW


def test_cursors_end_so_many_users_at_once(alice, stranger, monkeypatch):
    UserFactory.create_batch(3)
    monkeypatch.setattr(recording, "USERS_AT_ONCE", 2)
    with CaptureQueriesContext(connection) as captured:
        assert recording.end_all_cursors() == 5
    updates = [q["sql"] for q in captured.captured_queries if "UPDATE" in q["sql"]]
    assert len(updates) == 3
    assert UserState.objects.values("epoch").distinct().count() == 1
    assert read_whole(recording.end_all_cursors) <= {"history_userstate"}  # its key


def test_an_erasure_reads_what_is_of_that_person_alone(alice, stranger, client):
    title = AnimeFactory()
    client.post("/api/user/watchList", {"animeId": title.pk, "type": "Watching"})
    erasing = partial(erase, user_id=alice.pk, through=COMMAND)
    assert read_whole(erasing) <= {FIGURES}
    assert not User.objects.filter(pk=alice.pk).exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="its trigrams are of titles")
def test_people_are_found_by_any_part_of_their_name(alice, stranger):
    closest = User.objects.closest
    assert read_whole(lambda: closest("lic", 100)) == set()
    assert closest("LIC", 100) == [alice.pk]
    assert set(closest(alice.email[-9:], 100)) == {alice.pk, stranger.pk}


def test_what_is_shorter_than_a_trigram_finds_beginnings(alice, stranger):
    assert User.objects.closest("al", 100) == [alice.pk]
    assert User.objects.closest("ic", 100) == []


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if check.look], ids=lambda check: check.name
)
def test_doctor_reads_what_is_of_those_whom_it_looks_at(alice, client, check):
    for title in AnimeFactory.create_batch(3, episodes=12):
        body = {"animeId": title.pk, "type": "Watching", "progress": 2}
        client.post("/api/user/watchList", body)
    people = [alice.pk, *(user.pk for user in UserFactory.create_batch(2))]
    assert read_whole(lambda: list(check.look().of(people))) == set()


def test_doctor_finds_who_wrote_lately_in_the_last_of_the_log(alice, client):
    title = AnimeFactory()
    client.post("/api/user/watchList", {"animeId": title.pk, "type": "Watching"})
    assert list(recent_writers(1)) == [[alice.pk]]
    assert read_whole(lambda: list(recent_writers(1))) == set()


def test_whether_a_title_of_a_list_is_newer_begins_at_the_newer_ones(alice, client):
    for title in AnimeFactory.create_batch(3, revision=4):
        client.post("/api/user/watchList", {"animeId": title.pk, "type": "Watching"})
    AnimeFactory(revision=5)
    found = []
    assert read_whole(lambda: found.append(newer_on_list(alice.pk, 4))) == set()
    watched = partial(newer_on_list_or_watched, alice.pk, 4)
    assert read_whole(lambda: found.append(watched())) == set()
    assert found == [False, False]
    assert newer_on_list(alice.pk, 3)
