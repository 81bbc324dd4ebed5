"""POST /api/user/watchList/move"""

import pytest

from collections_app.models import ExternalId, WatchListEntry
from collections_app.tests.diaries import today
from collections_app.tests.test_add_to_watch_list import URL, add
from factories import AnimeFactory
from history.models import Change

pytestmark = pytest.mark.django_db
MOVE = f"{URL}/move"


@pytest.fixture
def two(client):
    for pk in (1, 2):
        AnimeFactory(id=pk, episodes=12)
        add(client, pk, "Watching", progress=pk)


def test_one_anime_moves_and_every_implied_change_is_told(client, two):
    response = client.post(MOVE, {"animeId": 1, "type": "Completed"})
    (entry,) = response.json()["data"]["entries"]
    assert (entry["type"], entry["progress"]) == ("Completed", 12)
    assert response.json()["meta"]["changes"] == [
        {
            "anime_id": "1",
            "field": "progress",
            "from": 1,
            "to": 12,
            "reason": "completed",
        },
        {
            "anime_id": "1",
            "field": "finished_on",
            "from": None,
            "to": today(),
            "reason": "completed",
        },
    ]


def test_many_move_as_one_operation(client, two):
    response = client.post(MOVE, {"animeIds": [2, "1"], "type": "Collection"})
    entries = response.json()["data"]["entries"]
    assert [entry["anime_id"] for entry in entries] == ["2", "1"]
    operation = response.json()["meta"]["operation_id"]
    assert Change.objects.filter(operation_id=operation).count() == 2


def test_one_anime_by_two_of_its_ids_moves_once(client, two):
    ExternalId.objects.create(anime_id=1, site="kitsu", external_id="77")
    body = {"animeIds": [1, "kitsu:77", 2], "type": "Completed"}
    response = client.post(MOVE, body)
    entries = response.json()["data"]["entries"]
    assert [entry["anime_id"] for entry in entries] == ["1", "2"]
    assert len(response.json()["meta"]["changes"]) == 4  # progress, and the day


def test_a_dry_run_tells_and_does_nothing(client, two):
    body = {"animeIds": [1, 2], "type": "Completed", "dry_run": True}
    response = client.post(MOVE, body)
    data = response.json()["data"]
    assert data["dry_run"] is True
    assert [entry["type"] for entry in data["entries"]] == ["Completed"] * 2
    assert len(response.json()["meta"]["changes"]) == 4  # progress, and the day
    assert "operation_id" not in response.json()["meta"]
    assert set(WatchListEntry.objects.values_list("type", flat=True)) == {"Watching"}
    assert Change.objects.count() == 2


def test_one_that_is_not_listed_refuses_all(client, two):
    AnimeFactory(id=3)
    response = client.post(MOVE, {"animeIds": [1, 3], "type": "To Watch"})
    assert (response.status_code, response.json()["code"]) == (404, "entry_not_found")
    assert set(WatchListEntry.objects.values_list("type", flat=True)) == {"Watching"}


def test_all_that_the_catalogue_does_not_know_are_named(client, two):
    body = {"animeIds": [998, 1, "mal:999"], "type": "To Watch"}
    failure = client.post(MOVE, body).json()
    assert (failure["status"], failure["code"]) == (400, "unknown_anime_ids")
    assert failure["details"]["ids"] == ["998", "mal:999"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "Completed"},
        {"animeId": 1},
        {"animeId": 1, "animeIds": [1], "type": "Completed"},
        {"animeIds": [], "type": "Completed"},
        {"animeIds": [True], "type": "Completed"},
        {"animeIds": [1] * 501, "type": "Completed"},
        {"animeId": 1, "type": "done"},
        {"animeId": 1, "type": "Completed", "dry_run": "no"},
    ],
)
def test_a_wrong_body_is_refused(client, two, body):
    assert client.post(MOVE, body).status_code == 400


def test_strangers_move_nothing(other_client, two):
    assert (
        other_client.post(MOVE, {"animeId": 1, "type": "Completed"}).status_code == 404
    )


def test_the_cost_does_not_grow(client, two, budget):
    ids = list(range(10, 40))
    for pk in ids:
        AnimeFactory(id=pk)
        add(client, pk, "To Watch")
    in_words = (
        "sign-in check + lock, catalogue, entries, write, changes, watched, state"
    )
    with budget(8, in_words):
        client.post(MOVE, {"animeIds": [1, 2], "type": "Completed"})
    with budget(8, in_words):
        client.post(MOVE, {"animeIds": ids, "type": "Completed"})


def test_an_unknown_anime_of_a_list_of_one_is_told_as_of_a_list(client, two):
    failure = client.post(MOVE, {"animeIds": [998], "type": "To Watch"}).json()
    assert (failure["status"], failure["code"]) == (400, "unknown_anime_ids")
    failure = client.post(MOVE, {"animeId": 998, "type": "To Watch"}).json()
    assert (failure["status"], failure["code"]) == (404, "anime_not_found")


@pytest.mark.parametrize("named", [{"animeId": 1}, {"animeIds": [1]}])
def test_a_move_decided_on_something_older_is_refused(client, two, named):
    body = named | {"type": "Completed"}
    response = client.post(MOVE, body, headers={"If-Match": '"7"'})
    assert (response.status_code, response.json()["code"]) == (412, "revision_mismatch")
    assert response.json()["details"]["entry"]["progress"] == 1
    assert WatchListEntry.objects.get(anime_id=1).type == "Watching"
    etag = client.get(f"{URL}/1")["ETag"]
    assert client.post(MOVE, body, headers={"If-Match": etag}).status_code == 200


def test_no_revision_is_that_of_several_anime(client, two):
    body = {"animeIds": [1, 2], "type": "Completed"}
    response = client.post(MOVE, body, headers={"If-Match": '"1"'})
    assert response.status_code == 400
    assert "If-Match" in response.json()["fields"]
