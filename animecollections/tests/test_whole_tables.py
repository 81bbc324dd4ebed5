"""What may not read a table to its end, however long that has grown. By the plan that
the database makes of each statement, on whichever it is: never by the time it takes.
"""

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collections_app.services import merging
from factories import AnimeFactory, UserFactory
from history.models import EpisodesWatched

pytestmark = pytest.mark.django_db

PLANNED = ("SELECT", "UPDATE", "DELETE", "WITH")
# What EXPLAIN says of a table that is read from its beginning to its end.
WHOLE = {
    "postgresql": re.compile(r"Seq Scan on (\w+)"),
    "sqlite": re.compile(r"SCAN (\w+)"),
}
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
