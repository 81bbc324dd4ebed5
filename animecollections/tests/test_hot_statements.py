"""Hot statements: kept prepared by PostgreSQL, several in one way there and back."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    connection,
    transaction,
)
from psycopg.errors import DeadlockDetected

from animecollections.db.hot import Statement, fetch, fetch_each, fetch_once, run
from animecollections.tests.postgres import Proxy

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own"),
]
COUNT = "UPDATE tried SET number = number + 1 WHERE id = %s RETURNING number"
READ = "SELECT number FROM tried WHERE id = %s"
ADD = "INSERT INTO tried (id, number) VALUES (%s, %s)"


@pytest.fixture
def prepared(monkeypatch):
    """Connections from here on keep statements prepared."""
    monkeypatch.setitem(connection.settings_dict, "PREPARES", True)
    connection.close()
    connection.ensure_connection()
    yield
    connection.close()


@pytest.fixture
def table(prepared):
    """Of its own; a row refers to another when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE tried (id int PRIMARY KEY, number int, other int "
            "REFERENCES tried DEFERRABLE INITIALLY DEFERRED)"
        )
        cursor.execute("INSERT INTO tried VALUES (1, 10), (2, 20)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE tried")


def numbers():
    return dict(fetch_once("SELECT id, number FROM tried ORDER BY id", []))


def kept():
    rows = fetch_once("SELECT name, statement FROM pg_prepared_statements", [])
    return {statement: name for name, statement in rows}


def in_thread(work):
    try:
        return work()
    finally:
        connection.close()


VALUES = [
    UUID(int=7),
    datetime(2026, 11, 30, 9, 30, 0, 123456, UTC),
    date(2026, 11, 30),
    True,
    2**40,
    -1,
    "é % ' \\ 銀魂",
    "",
    None,
]


def test_values_come_back_as_through_a_cursor(prepared):
    types = "uuid", "timestamptz", "date", "bool", "int8", "int4", "text", "text", "int"
    sql = f"SELECT {', '.join(f'%s::{type_}' for type_ in types)}, '5 %%'"
    [row] = fetch(sql, VALUES)
    assert row == (*VALUES, "5 %")
    assert [row] == fetch_once(sql, VALUES)
    assert [type(value) for value in row[:-1]] == [type(value) for value in VALUES]
    [(tags, time)] = fetch("SELECT '[1]'::jsonb, now()", [])
    assert (tags, time.tzinfo) == ("[1]", UTC)  # as the ORM expects them
    assert fetch("SELECT 1 WHERE false", []) == []


def test_it_is_prepared_once_whatever_is_rolled_back(table):
    for _ in range(3):
        with transaction.atomic():
            fetch(COUNT, [1])
            transaction.set_rollback(True)
        with transaction.atomic():
            fetch(READ, [1])
            with transaction.atomic():
                fetch(COUNT, [2])
                transaction.set_rollback(True)
    names = [name for statement, name in kept().items() if "tried" in statement]
    assert len(names) == len({*names}) == 2
    assert numbers() == {1: 10, 2: 20}


def test_what_a_read_after_a_lock_finds_is_what_the_lock_found(table):
    """Sent together, both wait for another writer, and neither sees what was before."""
    is_held, may_go = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            fetch(COUNT, [1])
            is_held.set()
            may_go.wait(10)
            fetch("UPDATE tried SET number = 100 WHERE id = %s RETURNING 1", [2])

    def lock_and_read():
        with transaction.atomic():
            return fetch_each(Statement(COUNT, [1]), Statement(READ, [2]))

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(in_thread, hold)
        assert is_held.wait(10)
        second = threads.submit(in_thread, lock_and_read)
        with pytest.raises(TimeoutError):
            second.result(0.5)
        may_go.set()
        assert second.result(10) == [[(12,)], [(100,)]]
        first.result()


def test_the_last_statements_go_with_the_commit_and_before_the_hooks(table):
    told = []
    with transaction.atomic():
        transaction.on_commit(lambda: told.append(numbers()))
        fetch(COUNT, [1])
        run(Statement(ADD, [3, 30]), is_last=True)
        with ThreadPoolExecutor(1) as threads:
            seen = threads.submit(in_thread, numbers).result()
        assert (seen, told) == ({1: 10, 2: 20}, [])
    assert told == [{1: 11, 2: 20, 3: 30}]


def test_whatever_comes_after_the_last_statements_comes_after_them(table):
    for find in (fetch, fetch_once):
        with transaction.atomic():
            run(Statement(ADD, [3, 30]), is_last=True)
            assert find(READ, [3]) == [(30,)]
            transaction.set_rollback(True)
        with transaction.atomic():
            run(Statement(ADD, [3, 30]), is_last=True)
            transaction.set_rollback(True)
        assert numbers() == {1: 10, 2: 20}


REFUSED = {
    "the statement": Statement(ADD, [1, 1]),
    "the commit": Statement("INSERT INTO tried VALUES (%s, 1, 99)", [3]),
}


@pytest.mark.parametrize("by", REFUSED)
def test_a_refusal_at_the_commit_undoes_all_and_tells_nobody(table, by):
    told = []

    @transaction.atomic
    def write():
        transaction.on_commit(lambda: told.append(1))
        fetch(COUNT, [1])
        run(REFUSED[by], is_last=True)

    with pytest.raises(IntegrityError):
        write()
    assert (numbers(), told) == ({1: 10, 2: 20}, [])
    with transaction.atomic():
        run(Statement(ADD, [3, 30]), is_last=True)
    assert numbers()[3] == 30


def test_after_one_that_fails_none_is_run(table):
    with pytest.raises(IntegrityError):
        fetch_each(Statement(COUNT, [1]), Statement(ADD, [1, 1]), Statement(COUNT, [2]))
    assert numbers() == {1: 10, 2: 20}


def test_two_that_wait_for_each_other_are_told_apart(table):
    """By the error that a write is tried again for (idempotency/views.py)."""
    both = threading.Barrier(2)

    def lock(first, second):
        with transaction.atomic():
            fetch(COUNT, [first])
            both.wait(10)
            run(Statement(COUNT, [second]), is_last=True)

    with ThreadPoolExecutor(2) as threads:
        done = [
            threads.submit(in_thread, lambda pair=pair: lock(*pair))
            for pair in [(1, 2), (2, 1)]
        ]
    errors = [one.exception() for one in done]
    [failed] = [error for error in errors if error]
    assert isinstance(failed, OperationalError)
    assert isinstance(failed.__cause__, DeadlockDetected)
    assert numbers() == {1: 11, 2: 21}


@pytest.mark.parametrize("how", ["DISCARD ALL", "DEALLOCATE ALL"])
def test_what_somebody_else_has_ended_is_prepared_again(table, how):
    fetch(READ, [1])
    end_all(how)
    assert fetch(READ, [1]) == [(10,)]
    end_all(how)
    with transaction.atomic():
        assert fetch_each(Statement(COUNT, [1]), Statement(READ, [2])) == [
            [(11,)],
            [(20,)],
        ]
    assert numbers() == {1: 11, 2: 20}

    @transaction.atomic
    def write():
        fetch(COUNT, [1])
        end_all("DEALLOCATE ALL")
        fetch(READ, [1])

    with pytest.raises(OperationalError):
        write()
    assert numbers() == {1: 11, 2: 20}
    assert fetch(READ, [1]) == [(11,)]


def end_all(how):
    with connection.cursor() as cursor:
        cursor.execute(how)


def test_a_column_that_changes_its_type_meanwhile(table):
    assert fetch(READ, [1]) == [(10,)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tried ALTER number TYPE text")
    assert fetch(READ, [1]) == [("10",)]


@pytest.mark.parametrize(
    ("value", "error"), [("a\0b", DataError), ([1], TypeError), (1.5, TypeError)]
)
def test_what_it_cannot_send_it_refuses_and_goes_on(table, value, error):
    with pytest.raises(error):
        fetch_each(Statement(READ, [1]), Statement("SELECT %s::text", [value]))
    assert fetch(READ, [1]) == [(10,)]


def test_after_a_failure_within_a_transaction_nothing_more_is_asked(table):
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic():
            run(Statement(ADD, [1, 1]))
        assert fetch(READ, [1]) == [(10,)]  # all that is gone is the savepoint
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(savepoint=False):
            run(Statement(ADD, [1, 1]))
        with pytest.raises(transaction.TransactionManagementError):
            fetch(READ, [1])


def test_whoever_watches_sees_each_statement(table):
    seen = []

    def watch(execute, sql, params, many, context):
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch), transaction.atomic():
        assert fetch_each(Statement(COUNT, [1]), Statement(READ, [1])) == [
            [(11,)],
            [(11,)],
        ]
        run(Statement(ADD, [3, 30]), is_last=True)
    assert seen == [(COUNT, [1]), (READ, [1]), (ADD, [3, 30])]


def test_a_backend_that_is_ended_fails_the_transaction_and_the_next_is_served(table):
    def end():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    @transaction.atomic
    def write(is_last):
        fetch(COUNT, [1])
        with ThreadPoolExecutor(1) as threads:
            threads.submit(in_thread, end).result()
        run(Statement(ADD, [3, 30]), is_last=is_last)

    for is_last in (False, True):
        pid = connection.connection.info.backend_pid
        with pytest.raises(OperationalError):
            write(is_last)
        assert numbers() == {1: 10, 2: 20}


def test_a_database_that_hangs_is_given_up(table, monkeypatch):
    proxy = Proxy.to_test_database()
    monkeypatch.setitem(connection.settings_dict, "PORT", proxy.port)
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "SILENT_SECONDS", 1)
    connection.close()
    assert numbers() == {1: 10, 2: 20}
    proxy.freeze()
    with pytest.raises(OperationalError, match="does not answer"):
        fetch(READ, [1])
    proxy.thaw()
    connection.close()
    assert fetch(READ, [1]) == [(10,)]
    connection.close()
    monkeypatch.undo()
    proxy.end()
