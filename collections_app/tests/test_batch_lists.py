"""Lists of one's own in POST /api/user/watchList/batch"""

import pytest

from collections_app.own_lists.models import OwnList
from collections_app.tests.own_lists import LISTS, done, make, put, titles, undo_last
from factories import AnimeFactory

pytestmark = pytest.mark.django_db
BATCH = "/api/user/watchList/batch"


@pytest.fixture(autouse=True)
def _titles():
    for pk in range(1, 8):
        AnimeFactory(id=pk, title=f"Title {pk}")


def run(client, *operations, **more):
    return done(client.post(BATCH, {"operations": [*operations], **more}))["results"]


OFFLINE = (
    {"op": "list_create", "id": "a1", "name": "With Anna"},
    {"op": "list_put", "id": "a2", "listId": "a1", "animeId": 1},
    {"op": "list_put", "id": "a3", "listId": "a1", "animeId": 2, "after": None},
    {"op": "add", "id": "a4", "animeId": 2, "type": "Watching"},
    {"op": "list_put", "id": "a5", "listId": "a1", "animeId": 3, "after": 2},
    {"op": "list_update", "id": "a6", "listId": "a1", "pinned": True},
)


def test_a_list_is_made_and_filled_without_network(client):
    results = run(client, *OFFLINE)
    assert [result["ok"] for result in results] == [True] * 6, results
    [made] = done(client.get(LISTS))
    assert (made["client_key"], made["size"], made["pinned"]) == ("a1", 3, True)
    assert titles(client, made) == [2, 3, 1]
    assert results[0]["list"] == made
    assert results[1]["item"]["anime_id"] == "1"
    assert results[3]["entry"]["type"] == "Watching"
    undo_last(client)
    assert done(client.get(LISTS)) == []
    assert done(client.get("/api/user/watchList")) == []


def test_sent_again_it_is_done_once(client):
    first = run(client, *OFFLINE)
    again = run(client, *OFFLINE)
    assert [result.pop("replayed") for result in again] == [True] * 6
    assert again == first
    assert OwnList.objects.count() == 1


def test_a_later_batch_goes_on_by_the_same_name(client):
    run(client, OFFLINE[0])
    [result] = run(client, {"op": "list_put", "listId": "a1", "animeId": 5})
    assert result["ok"]
    assert titles(client, result["list"]) == [5]


def test_one_that_is_wrong_lets_the_next_be_done(client):
    made = make(client)
    results = run(
        client,
        {"op": "list_put", "listId": "nowhere", "animeId": 1},
        {"op": "list_put", "listId": made["id"], "animeId": 99},
        {"op": "list_put", "listId": made["id"]},
        {"op": "list_create"},
        {"op": "list_put", "listId": made["id"], "animeId": 1, "rank": "x"},
        {"op": "list_take_off", "listId": made["id"], "animeId": 1},
        {"op": "list_put", "listId": made["id"], "animeId": 1},
        {"op": "list_update", "listId": made["id"], "name": "b", "if_revision": 99},
    )
    assert [result.get("code") for result in results] == [
        "list_not_found", "anime_not_found", "invalid", "invalid", "invalid",
        None, None, "revision_mismatch",
    ]  # fmt: skip
    assert results[5]["removed"] == 0
    assert results[7]["details"]["list"]["name"] == "With Anna"


def test_all_or_none(client):
    made = make(client)
    put(client, made, 1)
    operations = [
        {"op": "list_take_off", "listId": made["id"], "animeId": 1},
        {"op": "list_put", "listId": "nowhere", "animeId": 1},
    ]
    response = client.post(BATCH, {"operations": operations, "atomic": True})
    assert response.status_code == 409
    assert titles(client, made) == [1]


def test_made_and_removed_leaves_nothing(client):
    results = run(client, *OFFLINE, {"op": "list_remove", "listId": "a1"})
    assert all(result["ok"] for result in results)
    assert results[-1]["list"] is None
    assert done(client.get(LISTS)) == []


def test_the_number_of_statements_does_not_grow(client, budget):
    made = make(client)
    for pk in range(1, 8):
        put(client, made, pk)
    moves = [
        {"op": "list_put", "listId": made["id"], "animeId": pk, "after": None}
        for pk in range(1, 8)
    ]
    words = (
        "sign-in check, lock, titles (2), lists, items, order; items, list, log, state"
    )
    with budget(11, words):
        run(client, *moves)
    assert titles(client, made) == [7, 6, 5, 4, 3, 2, 1]


def test_a_completed_title_leaves_a_list_that_the_same_write_makes(client):
    results = run(
        client,
        {"op": "list_create", "id": "a1", "name": "Next", "leave_when_completed": True},
        {"op": "list_put", "listId": "a1", "animeId": 1},
        {"op": "list_put", "listId": "a1", "animeId": 2},
        {"op": "add", "animeId": 1, "type": "Completed"},
    )
    assert all(result["ok"] for result in results), results
    assert titles(client, results[0]["list"]) == [2]


def test_nor_does_it_where_the_list_is_made_by_the_same_write(client, budget):
    puts = [
        {"op": "list_put", "listId": "a1", "animeId": pk, "notes": str(pk)}
        for pk in range(1, 8)
    ]
    words = (
        "sign-in check, lock, kept answer, titles (2), lists; items, list, log, state, "
        "kept answer"
    )
    with budget(11, words):
        results = run(client, OFFLINE[0], *puts)
    assert titles(client, results[0]["list"]) == [1, 2, 3, 4, 5, 6, 7]


def test_who_knows_no_lists_changes_none(client):
    """An old client removes and adds, and replaces nothing."""
    made = make(client)
    for pk in (1, 2):
        put(client, made, pk)
    results = run(
        client,
        {"op": "add", "animeId": 1, "type": "To Watch"},
        {"op": "remove", "animeId": 1},
        {"op": "add", "animeId": 1, "type": "Completed"},
    )
    assert all(result["ok"] for result in results)
    assert "list" not in results[0]
    assert titles(client, made) == [1, 2]
