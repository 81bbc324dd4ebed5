"""What PostgreSQL makes of the statements that are asked most (docs/queries.md)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from animecollections.db.ids import new_id
from collections_app.models import Anime, WatchListEntry
from factories import UserFactory
from history.log.cursors import Cursor
from history.models import Change, UserState

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_machine("plans of a spread database are those of its shards"),
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
            weighted_rating=number * 7919 % 1000 / 100 if number % 5 else None,
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


# --- One user's rows are one range of an index, whatever others have ------------------


@pytest.fixture
def logs(titles, alice):
    """Of ten users, 1,000 changes each."""
    UserFactory.create_batch(9)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO history_change (id, user_id, revision, kind, anime_id, "
            "before, after, operation_id, position, size, watched, at, through, "
            "client_id, request_id) "
            "SELECT gen_random_uuid(), u.id, n, 'update', n % 50 + 1, '{}', '{}', "
            "gen_random_uuid(), 0, 1, 0, now() - n * interval '1 hour', 'session', "
            "'phone', '' FROM generate_series(1, 1000) n, profiles_user u"
        )
        # A table as small as this one is sooner read whole.
        cursor.execute("SET LOCAL enable_seqscan = off")
    analyze(Change)


@pytest.mark.parametrize(
    "query",
    [
        "animeId=7",
        "kind=update,undo,import&animeId=7",
        "through=token&client_id=tablet",
        "since=2020-01-01&until=2020-02-01",
    ],
)
def test_narrowed_operations_are_ranges_of_one_user(client, logs, query):
    told = plans(lambda: client.get(f"/api/user/operations?{query}"))
    asked = [plan for sql, plan in told.items() if "history_change" in sql]
    assert asked
    for plan in asked:
        assert "Seq Scan on history_change" not in plan
        bounds = re.findall(r"Index Cond: (.*)", plan)
        assert any("user_id = " in bound for bound in bounds), plan


@pytest.fixture
def lists(titles, alice, stranger):
    """Lists of 1,000, their rows by turns."""
    UserFactory.create_batch(8)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO collections_app_watchlistentry (id, user_id, anime_id, type, "
            "state, progress, rewatches, started_on, finished_on, notes, tags, "
            "priority, is_private, added_at, updated_at, revision, counted, extra) "
            "SELECT gen_random_uuid(), u.id, n, 'Watching', 'active', 0, 0, '', '', "
            "'', '[]', 0, false, now(), now(), n, 0, '{}' "
            "FROM generate_series(1, 1000) n, profiles_user u"
        )
    analyze(WatchListEntry)


def plans(get):
    """How each statement of a request is carried out."""
    with CaptureQueriesContext(connection) as captured:
        assert get().status_code == 200
    asked = [q["sql"] for q in captured.captured_queries]
    told = {}
    with connection.cursor() as cursor:
        for sql in asked:
            if sql.lstrip().startswith(("SELECT", "UPDATE", "INSERT")):
                cursor.execute(f"EXPLAIN {sql}")
                told[sql] = "\n".join(line for (line,) in cursor.fetchall())
    return told


def test_a_list_is_one_range_of_the_unique_key(client, lists):
    told = plans(lambda: client.get("/api/user/watchList"))
    (plan,) = [plan for sql, plan in told.items() if "FROM collections_app_w" in sql]
    assert "entry_user_anime_unique" in plan
    assert "Seq Scan" not in plan
    assert plan.count("Scan") - plan.count("Bitmap Index Scan") == 1


def test_a_write_reads_by_keys_alone(client, lists):
    told = plans(lambda: client.post("/api/user/watchList/7/increment"))
    (plan,) = [plan for sql, plan in told.items() if "LEFT OUTER JOIN" in sql]
    assert "entry_user_anime_unique" in plan
    assert "collections_app_anime_pkey" in plan
    assert "on collections_app_watchlistentry" not in " ".join(
        line for line in plan.splitlines() if "Seq Scan" in line
    )


def test_sync_reads_one_range_of_the_log(client, alice, changes):
    UserState.objects.filter(user=alice).update(
        revision=ROWS - 1, list_revision=ROWS - 1
    )
    state = UserState.objects.get(user=alice)
    cursor = Cursor(state.epoch, ROWS - 20, 0)
    told = plans(lambda: client.get("/api/user/sync", {"cursor": str(cursor)}))
    (plan,) = [plan for sql, plan in told.items() if 'FROM "history_change"' in sql]
    # By the range itself, or by its pages where earlier tests left the table long.
    assert re.search("Index Scan (using|on) change_", plan)
    assert "Seq Scan" not in plan


def test_updates_of_entries_and_states_stay_within_their_page(client, lists):
    """HOT: no index names a column that an increment writes."""
    for _ in range(5):
        assert client.post("/api/user/watchList/7/increment").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables "
            "WHERE relname IN ('collections_app_watchlistentry', 'history_userstate')"
        )
        counts = cursor.fetchall()
    assert len(counts) == 2
    assert all(updated >= 5 and hot >= updated - 1 for _, updated, hot in counts)
