"""What PostgreSQL's planner makes of the two pages that are asked for most."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from animecollections.api.ids import new_id
from collections_app.models import Anime
from history.models import Change

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL alone"),
]
ROWS = 3000


@pytest.fixture
def titles():
    now = timezone.now()
    Anime.objects.bulk_create(
        Anime(
            id=number,
            title=f"Title {number}",
            rating=number * 7919 % 1000 / 100 if number % 5 else None,
            updated_at=now,
        )
        for number in range(1, ROWS)
    )
    analyze(Anime)


@pytest.fixture
def changes(alice, stranger):
    now = timezone.now()
    Change.objects.bulk_create(
        Change(
            user=user,
            revision=revision,
            kind="profile",
            operation_id=new_id(),
            position=0,
            size=1,
            at=now,
            through="session",
        )
        for user in (alice, stranger)
        for revision in range(1, ROWS)
    )
    analyze(Change)


def analyze(model):
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {model._meta.db_table}")


def plan(get, table):
    """How the statement on this table is carried out that `get` makes."""
    with CaptureQueriesContext(connection) as captured:
        answer = get()
    sql = next(
        q["sql"] for q in captured.captured_queries if f'FROM "{table}"' in q["sql"]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return answer.json(), "\n".join(line for (line,) in cursor.fetchall())


def pages(client, address, table):
    """The plans of a first page and of the next."""
    answer, first = plan(lambda: client.get(address), table)
    cursor = answer["meta"]["next_cursor"]
    return first, plan(lambda: client.get(f"{address}?cursor={cursor}"), table)[1]


def test_the_best_titles_come_from_an_index(visitor, titles):
    for told in pages(visitor, "/api/animes", "collections_app_anime"):
        assert "Index Scan using anime_best_first" in told
        assert "Sort" not in told


def test_the_newest_operations_come_from_an_index(client, changes):
    first, second = pages(client, "/api/user/operations", "history_change")
    for told in (first, second):
        assert "Index Scan Backward using change_" in told
        assert "Seq Scan" not in told
    (bounds,) = [line for line in second.splitlines() if "Index Cond" in line]
    assert "revision <=" in bounds
