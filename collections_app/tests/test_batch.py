"""POST /api/user/watchList/batch"""

import pytest

from collections_app.models import ExternalId, WatchListEntry
from collections_app.tests.test_add_to_watch_list import URL, add
from factories import AnimeFactory
from history.models import Change, UserState

pytestmark = pytest.mark.django_db
BATCH = f"{URL}/batch"


@pytest.fixture(autouse=True)
def _titles(db):
    for pk in range(1, 6):
        AnimeFactory(id=pk, episodes=12)


def run(client, *operations, **more):
    response = client.post(BATCH, {"operations": list(operations), **more})
    assert response.status_code == 200, response.content
    return response.json()["data"]["results"]


def test_what_an_offline_client_queued_runs_in_order(client, alice):
    add(client, 5, "Watching")
    results = run(
        client,
        {"op": "add", "animeId": 1, "type": "To Watch"},
        {"op": "increment", "animeId": 1, "by": 3},
        {"op": "update", "animeId": 1, "score": 7.5},
        {"op": "add", "animeId": 2, "type": "Watching"},
        {"op": "move", "animeId": 2, "type": "Completed"},
        {"op": "remove", "animeId": 5},
    )
    assert all(result["ok"] for result in results)
    first = results[0]["entry"]
    assert (first["type"], first["progress"], first["score"]) == ("Watching", 3, 7.5)
    assert results[2]["entry"] == first  # as it stands after all of them
    assert results[4]["entry"]["progress"] == 12
    assert (results[5]["entry"], results[5]["removed"]) == (None, 1)
    assert UserState.objects.get(user=alice).revision == 4
    assert len(set(Change.objects.values_list("operation_id", flat=True))) == 2


def test_one_bad_operation_blocks_no_other(client):
    results = run(
        client,
        {"op": "add", "animeId": 1, "type": "Watching"},
        {"op": "add", "animeId": 999, "type": "Watching", "id": "b"},
        {"op": "fly", "animeId": 1},
        "nonsense",
        {"op": "update", "animeId": 2, "score": 1},
        {"op": "update", "animeId": 1, "score": 99},
        {"op": "add", "animeId": 1, "type": "Completed", "state": "on_hold"},
        {"op": "increment", "animeId": 1},
    )
    codes = [result.get("code") for result in results]
    assert codes == [
        None,
        "anime_not_found",
        "invalid",
        "invalid",
        "entry_not_found",
        "invalid",
        "invalid",
        None,
    ]
    assert results[1]["id"] == "b"
    assert results[1]["status"] == 404
    assert "op" in results[2]["fields"]
    entry = WatchListEntry.objects.get()
    assert (entry.type, entry.progress) == ("Watching", 1)


def test_an_ambiguous_id_refuses_its_own_operation_only(client):
    for pk in (3, 4):
        ExternalId.objects.create(anime_id=pk, site="anilist", external_id="77")
    results = run(
        client,
        {"op": "add", "animeId": "anilist:77", "type": "Watching"},
        {"op": "add", "animeId": "mal:2", "type": "Watching"},
    )
    assert [result.get("code") for result in results] == ["ambiguous_id", None]


def test_an_atomic_batch_does_all_or_nothing(client):
    body = {
        "operations": [
            {"op": "add", "animeId": 1, "type": "Watching"},
            {"op": "increment", "animeId": 2},
        ],
        "atomic": True,
    }
    response = client.post(BATCH, body)
    assert (response.status_code, response.json()["code"]) == (409, "batch_refused")
    results = response.json()["details"]["results"]
    assert [result["ok"] for result in results] == [False, False]
    codes = [result["code"] for result in results]
    assert codes == ["batch_refused", "entry_not_found"]
    assert not WatchListEntry.objects.exists()
    body["operations"].pop()
    assert client.post(BATCH, body).status_code == 200


def test_an_operation_id_is_its_own_key(client):
    add(client, 1)
    queue = [{"op": "increment", "animeId": 1, "id": "a"}]
    (first,) = run(client, *queue)
    again, fresh = run(client, *queue, {"op": "increment", "animeId": 1, "id": "b"})
    assert again == first | {"replayed": True}
    assert fresh["entry"]["progress"] == 2
    assert WatchListEntry.objects.get().progress == 2


def test_an_operation_id_for_something_else_is_refused(client):
    add(client, 1)
    run(client, {"op": "increment", "animeId": 1, "id": "a"})
    (result,) = run(client, {"op": "increment", "animeId": 1, "id": "a", "by": 2})
    assert (result["ok"], result["status"], result["code"]) == (
        False,
        422,
        "key_reused",
    )


def test_a_refused_operation_can_be_tried_again_with_its_id(client):
    queue = [{"op": "increment", "animeId": 1, "id": "a"}]
    assert run(client, *queue)[0]["code"] == "entry_not_found"
    add(client, 1)
    assert run(client, *queue)[0]["ok"] is True


def test_if_revision_refuses_what_was_decided_on_something_older(client):
    first = add(client, 1).json()["data"]["entry"]
    client.patch(f"{URL}/1", {"score": 5})
    stale = {"op": "update", "animeId": 1, "notes": "x", "if_revision": 1}
    (result,) = run(client, stale)
    assert (result["status"], result["code"]) == (412, "revision_mismatch")
    assert result["details"]["entry"]["score"] == 5
    assert result["details"]["entry"]["id"] == first["id"]
    (result,) = run(client, stale | {"if_revision": 2})
    assert result["ok"] is True


def test_a_stale_operation_is_told_the_entry_as_the_batch_left_it(client):
    add(client, 1)
    fine = {"op": "update", "animeId": 1, "score": 5}
    stale = {"op": "update", "animeId": 1, "notes": "x", "if_revision": 7}
    done, refused = run(client, fine, stale)
    assert refused["details"]["entry"] == done["entry"]
    assert refused["details"]["entry"]["revision"] == 2


def test_ambiguous_ids_cost_no_statement_each(client, budget):
    for number in range(30):
        for pk in (3, 4):
            ExternalId.objects.create(
                anime_id=pk, site="anilist", external_id=f"9{number}"
            )
    queue = [
        {"op": "add", "animeId": f"anilist:9{number}", "type": "Watching"}
        for number in range(30)
    ] + [{"op": "add", "animeId": 1, "type": "Watching"}]
    with budget(9, "sign-in check + lock, two look-ups, entries, write, log, state"):
        results = run(client, *queue)
    assert {result.get("code") for result in results} == {"ambiguous_id", None}


def test_removed_and_added_in_one_batch_keeps_what_was_noted(client):
    entry = add(client, 1, notes="n", progress=4).json()["data"]["entry"]
    _, added = run(
        client,
        {"op": "remove", "animeId": 1},
        {"op": "add", "animeId": 1, "type": "Collection"},
    )
    assert (added["entry"]["notes"], added["entry"]["id"]) == ("n", entry["id"])


def test_added_and_removed_in_one_batch_leaves_no_trace(client, alice):
    run(
        client,
        {"op": "add", "animeId": 1, "type": "Watching"},
        {"op": "remove", "animeId": 1},
    )
    assert UserState.objects.get(user=alice).revision == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"operations": {}},
        {"operations": [{}] * 501},
        {"operations": [{"op": "remove", "animeId": 1}], "atomic": 1},
    ],
)
def test_a_wrong_body_is_refused(client, body):
    assert client.post(BATCH, body).status_code == 400


def test_an_empty_queue_is_done_at_once(client):
    assert run(client) == []


def test_an_id_twice_in_one_batch_takes_effect_once(client):
    add(client, 1)
    one = {"op": "increment", "animeId": 1, "id": "a"}
    first, again, other = run(client, one, one, one | {"by": 5})
    assert again == first | {"replayed": True}
    assert other["code"] == "key_reused"
    assert other["error"] == "This id belongs to another operation: use a new one."
    assert WatchListEntry.objects.get().progress == 1


def test_a_key_replays_the_whole_batch(client):
    body = {"operations": [{"op": "add", "animeId": 1, "type": "Watching"}]}
    headers = {"Idempotency-Key": "k"}
    first = client.post(BATCH, body, headers=headers)
    again = client.post(BATCH, body, headers=headers)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"


def test_the_cost_does_not_grow_with_the_queue(client, budget):
    for pk in range(100, 300):
        AnimeFactory(id=pk)
    in_words = (
        "sign-in check + lock, kept answers, catalogue, entries, write, delete, "
        "changes, watched, state, answers"
    )
    for ids in (range(1, 4), range(100, 300)):
        queue = [
            {"op": "add", "animeId": pk, "type": "To Watch", "id": f"a{pk}"}
            for pk in ids
        ]
        with budget(11, in_words):
            run(client, *queue)
        queue = [
            {"op": "increment", "animeId": pk, "id": f"i{pk}"} for pk in ids[1:]
        ] + [{"op": "remove", "animeId": ids[0], "id": f"r{ids[0]}"}]
        with budget(11, in_words):
            run(client, *queue)
