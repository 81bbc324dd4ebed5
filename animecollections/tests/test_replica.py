"""A real standby: long reads go there, lists where it has all of them, and what becomes
of devices when it takes over. Two servers of PostgreSQL in this test's own folders.
"""

import time
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, router, transaction
from django.test import TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext

from animecollections import databases
from animecollections.db import replica
from animecollections.tests.postgres import Postgres, needs_postgres
from animecollections.tests.test_work_outages import manage
from collections_app.models import WatchListEntry
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.log.replicated import has_all_of
from profiles.models import User
from profiles.personal_data import archive

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.races,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL alone"),
    needs_postgres,
]
URL = "/api/user/watchList"


@pytest.fixture(scope="module")
def primary():
    server = Postgres()
    manage("migrate", "-v0", url=server.url)
    yield server
    server.remove()


@pytest.fixture(scope="module")
def standby(primary):
    server = primary.standby()
    yield server
    server.remove()


@pytest.fixture
def pair(primary, standby, connect):
    connect(primary, standby)
    ask(standby, "SELECT pg_wal_replay_resume()")
    yield primary, standby
    ask(standby, "SELECT pg_wal_replay_resume()")


@pytest.fixture
def connect(db, monkeypatch, settings):
    """Has this process use a primary, and a standby where there is one."""
    settings.LISTS_FROM_REPLICA = True
    monkeypatch.setattr(replica, "_left_out_until", 0.0)
    usual = connections["default"]

    def use(primary, standby=None):
        named = {"default": primary, "reading": standby}
        configs = connections.configure_settings(
            {alias: config_of(server) for alias, server in named.items() if server}
        )
        monkeypatch.setattr(connections, "settings", configs)
        for case in TransactionTestCase.__subclasses__() + TestCase.__subclasses__():
            monkeypatch.setattr(case, "databases", {"default", "reading"})
        monkeypatch.setattr(router, "routers", [replica.Router()] if standby else [])
        forget()

    def forget():
        for alias in ("default", "reading"):
            if (there := getattr(connections._connections, alias, None)) is None:
                continue
            if there is not usual:
                there.close()
            delattr(connections._connections, alias)

    yield use
    forget()
    connections["default"] = usual


def config_of(server):
    more = {"statement_seconds": 0, "is_prepared": False}
    return databases.reading_database(databases.parse_database_url(server.url), **more)


def ask(server, statement):
    with psycopg.connect(server.url, autocommit=True) as db:
        return db.execute(statement).fetchone()[0]


def catch_up(primary, standby):
    place = ask(primary, "SELECT pg_current_wal_lsn()")
    until = time.monotonic() + 30
    while not ask(standby, f"SELECT pg_last_wal_replay_lsn() >= '{place}'::pg_lsn"):
        assert time.monotonic() < until
        time.sleep(0.02)


def is_standby():
    with replica.current().cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        return cursor.fetchone()[0]


def listed(number=3):
    """Somebody with a list, and their browser."""
    user = UserFactory()
    browser = signed_in(user)
    for title in AnimeFactory.create_batch(number):
        add(browser, title)
    return user, browser


def add(browser, title):
    body = {"animeId": title.pk, "type": "Watching"}
    assert browser.post(URL, body).status_code == 200


# --- Long reads --------------------------------------------------------------------


def test_long_reads_go_there_and_writes_and_locked_reads_do_not(pair):
    catch_up(*pair)

    def write():
        user = UserFactory()
        with transaction.atomic():
            assert not is_standby()
            assert User.objects.filter(pk=user.pk).exists()
        return is_standby()

    assert replica.from_replica(is_standby)
    assert not is_standby()
    assert replica.from_replica(write)


def test_a_standby_that_is_far_behind_is_not_asked(pair, monkeypatch):
    UserFactory()
    catch_up(*pair)
    monkeypatch.setattr(replica, "MOST_BEHIND", -1)
    assert not replica.from_replica(is_standby)


def test_what_the_standby_ends_is_asked_of_the_primary(pair):
    """Such as a read that is in the way of what it has to replay."""
    catch_up(*pair)
    tried = []

    def read():
        tried.append(is_standby())
        if tried[-1]:
            with replica.current().cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return "read"

    assert replica.from_replica(read) == "read"
    assert tried == [True, False]
    assert not replica.is_asked()  # for a while


def test_doctor_looks_there_and_repairs_here(pair):
    user, _ = listed()
    WatchListEntry.objects.of(user.pk).update(progress=1)
    catch_up(*pair)
    with CaptureQueriesContext(connections["reading"]) as there:
        with pytest.raises(CommandError, match="1 wrong"):
            call_command("doctor", "--only", "log", stdout=StringIO(), verbosity=0)
        call_command("doctor", "--only", "log", "--fix", stdout=StringIO(), verbosity=0)
    assert any("jsonb_object_agg" in q["sql"] for q in there.captured_queries)
    call_command("doctor", stdout=StringIO(), verbosity=0)


def test_an_export_is_read_there_where_it_has_all_that_is_theirs(pair):
    _, standby = pair
    user, browser = listed()
    catch_up(*pair)
    assert has_all_of(user.pk)
    with CaptureQueriesContext(connections["reading"]) as there:
        archive.write(user.pk, name="x").close()
    assert any("history_change" in q["sql"] for q in there.captured_queries)
    ask(standby, "SELECT pg_wal_replay_pause()")
    add(browser, AnimeFactory())
    with CaptureQueriesContext(connections["reading"]) as there:
        archive.write(user.pk, name="x").close()
    assert not any("history_change" in q["sql"] for q in there.captured_queries)


# --- Lists -------------------------------------------------------------------------


def titles_of(browser):
    return {entry["anime_id"] for entry in browser.get(URL).json()["data"]}


def test_a_list_is_never_older_than_what_its_owner_wrote(pair):
    """A write and a read at once, again and again; most are answered by the standby."""
    _, browser = listed(1)
    catch_up(*pair)
    wanted, from_there = titles_of(browser), 0
    for title in AnimeFactory.create_batch(60):
        add(browser, title)
        wanted.add(str(title.pk))
        with CaptureQueriesContext(connections["default"]) as here:
            assert titles_of(browser) == wanted
        sql = [q["sql"] for q in here.captured_queries]
        from_there += not any("FROM collections_app_watchlistentry" in s for s in sql)
    catch_up(*pair)
    browser.get(f"{URL}?view=card")
    assert from_there > 0


def test_a_standby_that_stands_still_is_asked_and_then_the_primary(pair):
    _, standby = pair
    _, browser = listed()
    catch_up(*pair)
    ask(standby, "SELECT pg_wal_replay_pause()")
    title = AnimeFactory()
    add(browser, title)
    assert str(title.pk) in titles_of(browser)


def test_a_list_is_read_from_the_primary_at_once_when_the_standby_is_gone(
    primary, connect
):
    gone = primary.standby()
    try:
        connect(primary, gone)
        _, browser = listed()
        catch_up(primary, gone)
        assert len(titles_of(browser)) == 3
        gone.stop()
        add(browser, AnimeFactory())
        began = time.monotonic()
        assert len(titles_of(browser)) == 4
        assert time.monotonic() - began < 3  # seconds: it refuses, or is left out
        assert not replica.is_asked()
    finally:
        gone.remove()


# --- When it takes over ------------------------------------------------------------


@pytest.fixture
def two():
    """A pair of which one will be lost."""
    primary = Postgres()
    manage("migrate", "-v0", url=primary.url)
    standby = primary.standby()
    yield primary, standby
    standby.remove()
    primary.remove()


def sync(browser, cursor):
    answer = browser.get("/api/user/sync", {"cursor": cursor})
    return answer.status_code, answer.json()


def cursor_of(browser):
    return browser.get("/api/user/sync").json()["meta"]["cursor"]


def test_where_nothing_was_lost_devices_go_on(two, connect):
    primary, standby = two
    connect(primary)
    _, browser = listed()
    cursor = cursor_of(browser)
    catch_up(*two)
    primary.stop()
    assert ask(standby, "SELECT pg_promote()")
    connect(standby)
    title = AnimeFactory()
    add(browser, title)
    status, told = sync(browser, cursor)
    assert status == 200
    assert [e["anime_id"] for e in told["data"]["entries"]] == [str(title.pk)]


def test_where_commits_were_lost_mark_restored_has_devices_load_all(two, connect):
    """A device has a change that the new primary never saw, and the number of that
    change is given away again: only a new epoch tells.
    """
    primary, standby = two
    connect(primary)
    _, browser = listed()
    titles = AnimeFactory.create_batch(2)
    catch_up(*two)
    standby.cut_off()
    add(browser, titles[0])
    cursor = cursor_of(browser)  # with what is about to be lost
    primary.stop()
    assert ask(standby, "SELECT pg_promote()")
    connect(standby)
    assert sync(browser, cursor)[0] == 410  # it is ahead
    add(browser, titles[1])
    status, told = sync(browser, cursor)
    assert (status, told["data"]["entries"]) == (200, [])  # which nobody must rely on
    call_command("mark_restored", stdout=StringIO(), verbosity=0)
    assert sync(browser, cursor)[0] == 410
    assert len(titles_of(browser)) == 4
