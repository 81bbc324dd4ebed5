"""Faults in the middle of a write: it is whole or absent, and the next one works.

The oracle: (a) an acknowledged write is there; (b) every write is whole or absent;
(c) revisions have no gap, and the list is what the log says; (d) a retry with its key
takes effect once; (e) the service answers again by itself.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction

from collections_app.models import ImportPlan, ImportRow, WatchListEntry
from collections_app.tests.imports import URL as IMPORTS
from collections_app.tests.imports import mal, title, upload
from collections_app.tests.test_add_to_watch_list import URL
from collections_app.watch_list.fields import LOGGED_FIELDS
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import Change, EpisodesWatched, KeptAnswer, UserState

pytestmark = pytest.mark.django_db(transaction=True)

WRITES = {
    "add": lambda c, **h: c.post(
        URL, {"animeId": 2, "type": "Watching", "progress": 2}, headers=h
    ),
    "add what is listed": lambda c, **h: c.post(
        URL, {"animeId": 1, "type": "Completed"}, headers=h
    ),
    "remove": lambda c, **h: c.delete(URL, {"animeId": 1}, headers=h),
    "change": lambda c, **h: c.patch(f"{URL}/1", {"score": 5, "notes": "x"}, headers=h),
    "increment": lambda c, **h: c.post(f"{URL}/1/increment", {"by": 2}, headers=h),
    "move": lambda c, **h: c.post(
        f"{URL}/move", {"animeIds": [1, 3], "type": "Collection"}, headers=h
    ),
    "batch": lambda c, **h: c.post(
        f"{URL}/batch",
        {
            "operations": [
                {"op": "increment", "animeId": 1, "id": "a"},
                {"op": "remove", "animeId": 3, "id": "b"},
                {"op": "add", "animeId": 2, "type": "To Watch", "id": "c"},
            ]
        },
        headers=h,
    ),
    "undo": lambda c, **h: c.post(c.undo_path, {}, headers=h),
    "import": lambda c, **h: c.post(c.apply_path, {}, headers=h),
    "search": lambda c, **h: c.post(
        "/api/user/searchHistory", {"query": "naruto"}, headers=h
    ),
    "clear searches": lambda c, **h: c.delete("/api/user/searchHistory", headers=h),
    "profile": lambda c, **h: c.post("/api/user/profile", {"name": "A"}, headers=h),
    "preferences": lambda c, **h: c.patch(
        "/api/user/preferences", {"theme": "dark"}, headers=h
    ),
}


@pytest.fixture
def alice():
    return UserFactory(user_name="alice")


@pytest.fixture
def browser(alice):
    """Alice's, with two anime listed and a search made."""
    for pk in (1, 2, 3):
        AnimeFactory(id=pk, episodes=12)
    browser = signed_in(alice)
    browser.raise_request_exception = False
    browser.post(URL, {"animeId": 1, "type": "Watching", "progress": 4})
    browser.post(URL, {"animeId": 3, "type": "To Watch"})
    browser.post("/api/user/searchHistory", {"query": "first"})
    operation = Change.objects.get(kind="add", anime_id=3).operation_id
    browser.undo_path = f"/api/user/operations/{operation}/undo"
    data = mal(title(1, score=9), title(2, status="Completed"), title(3))
    plan = upload(browser, data, policy="overwrite")
    browser.apply_path = f"{IMPORTS}/{plan['id']}/apply"
    return browser


@contextmanager
def failing_at(number):
    """The nth statement fails, as when a connection is lost; tells what was run."""
    seen = []

    def wrapper(execute, sql, params, many, context):
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(sql)
        if len(seen) == number:
            raise OperationalError("the connection was lost")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield seen


def everything():
    """All that a user's writes may touch."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (
            WatchListEntry,
            UserState,
            Change,
            EpisodesWatched,
            KeptAnswer,
            ImportPlan,
            ImportRow,
        )
    ]


def check_log_and_list(alice):
    """The log has no gap, and played from the start it gives the list."""
    changes = list(Change.objects.filter(user=alice).order_by("revision"))
    newest = UserState.objects.get(user=alice).revision
    assert [change.revision for change in changes] == list(range(1, newest + 1))
    played = {}
    for change in changes:
        if change.kind == "remove":
            del played[change.anime_id]
        elif change.anime_id and change.kind != "watched":
            played.setdefault(change.anime_id, {}).update(change.after)
    listed = WatchListEntry.objects.filter(user=alice)
    assert {entry.anime_id for entry in listed} == set(played)
    for entry in listed:
        kept = {name: getattr(entry, name) for name in LOGGED_FIELDS}
        assert kept == {name: played[entry.anime_id][name] for name in LOGGED_FIELDS}


@pytest.mark.parametrize("name", WRITES)
def test_whatever_statement_fails_the_write_is_absent_and_a_retry_is_whole(
    browser, alice, name
):
    number = 0
    while True:
        number += 1
        before = everything()
        with failing_at(number) as seen:
            response = WRITES[name](browser, **{"Idempotency-Key": "k"})
        if len(seen) < number:
            break
        assert response.status_code == 503, (number, response.content)
        assert response.json()["code"] == "busy"
        assert response["Retry-After"]
        assert everything() == before, f"statement {number} left traces"
    assert response.status_code == 200, response.content
    assert number > 3
    after = everything()
    again = WRITES[name](browser, **{"Idempotency-Key": "k"})
    assert again.json() == response.json()
    assert everything() == after
    check_log_and_list(alice)


def test_an_answer_lost_after_the_commit_is_answered_again(browser, alice):
    headers = {"Idempotency-Key": "lost"}
    first = browser.post(f"{URL}/1/increment", {}, headers=headers)
    again = browser.post(f"{URL}/1/increment", {}, headers=headers)
    assert again.json() == first.json()
    assert WatchListEntry.objects.get(anime_id=1).progress == 5
    check_log_and_list(alice)


@contextmanager
def another_writer(alice):
    """Holds what every write of hers begins with, until the block ends."""
    is_held, may_go = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            UserState.objects.hold(alice.pk)
            is_held.set()
            may_go.wait(30)
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(hold)
        try:
            assert is_held.wait(10)
            yield
        finally:
            may_go.set()
            done.result()


def test_a_write_waits_for_another_writer_and_succeeds(browser, alice):
    def write():
        try:
            return browser.post(f"{URL}/1/increment", {})
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with another_writer(alice):
            answer = threads.submit(write)
            with pytest.raises(TimeoutError):
                answer.result(2)
        assert answer.result(10).status_code == 200
    assert WatchListEntry.objects.get(anime_id=1).progress == 5
    check_log_and_list(alice)


@pytest.fixture
def impatient():
    """This thread's connection waits 0.2 s for a lock, not 10 or 20."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout = 200")
        else:
            cursor.execute("SET lock_timeout = 200")
    yield
    connection.close()


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
def test_a_writer_that_does_not_end_is_told_and_a_retry_is_whole(
    browser, alice, impatient, headers
):
    before = everything()
    with another_writer(alice):
        refused = browser.post(f"{URL}/1/increment", {}, headers=headers)
        read = browser.get(URL)
    body = refused.json()
    if headers and connection.vendor == "postgresql":  # it may be the same write
        assert (refused.status_code, body["code"]) == (409, "still_running")
    else:
        assert (refused.status_code, body["code"]) == (503, "busy")
        assert body["details"] == {"retry_after": 2}
        assert refused["Retry-After"] == "2"
    assert read.status_code == 200
    assert everything() == before
    assert browser.post(f"{URL}/1/increment", {}, headers=headers).status_code == 200
    assert WatchListEntry.objects.get(anime_id=1).progress == 5
    check_log_and_list(alice)


@contextmanager
def nearly_full_disk():
    """The file grows by some pages and no more, as on a disk that gets full."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # what earlier tests left free would be room
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages + 20}")
        yield
        cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="needs a limit of its own")
def test_a_full_disk_is_told_and_what_was_acknowledged_is_there(browser, alice, caplog):
    AnimeFactory.create_batch(30)
    ids = [anime["id"] for anime in browser.get("/api/animes?limit=30").json()["data"]]
    notes = {id_: "x" * 4000 + id_ for id_ in ids}

    def add(id_):
        body = {"animeId": id_, "type": "Watching", "notes": notes[id_]}
        return browser.post(URL, body, headers={"Idempotency-Key": id_})

    with nearly_full_disk():
        answers = {id_: add(id_) for id_ in ids}
        read = browser.get(URL)
    statuses = {id_: answer.status_code for id_, answer in answers.items()}
    assert set(statuses.values()) == {200, 503}
    refused = next(answer for answer in answers.values() if answer.status_code == 503)
    assert refused.json()["code"] == "busy"
    assert "database or disk is full" in caplog.text
    kept = {entry["anime_id"]: entry["notes"] for entry in read.json()["data"]}
    assert {id_ for id_ in ids if kept.get(id_) == notes[id_]} == {
        id_ for id_ in ids if statuses[id_] == 200
    }
    check_log_and_list(alice)
    for id_ in ids:
        assert add(id_).status_code == 200
    kept = WatchListEntry.objects.filter(user=alice, anime_id__in=ids)
    assert {str(entry.anime_id): entry.notes for entry in kept} == notes
    check_log_and_list(alice)
