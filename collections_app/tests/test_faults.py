"""Faults in the middle of a write: it is whole or absent, and the next one works.

The oracle: (a) an acknowledged write is there; (b) every write is whole or absent;
(c) revisions have no gap, and the list is what the log says; (d) a retry with its key
takes effect once; (e) the service answers again by itself.
"""

from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from collections_app.entries import KEPT
from collections_app.models import WatchListEntry
from collections_app.tests.test_add_to_watch_list import URL
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
        for model in (WatchListEntry, UserState, Change, EpisodesWatched, KeptAnswer)
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
        elif change.anime_id:
            played.setdefault(change.anime_id, {}).update(change.after)
    listed = WatchListEntry.objects.filter(user=alice)
    assert {entry.anime_id for entry in listed} == set(played)
    for entry in listed:
        kept = {name: getattr(entry, name) for name in KEPT}
        assert kept == {name: played[entry.anime_id][name] for name in KEPT}


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
