"""Answers have no key that the schema does not name, and all that it requires."""

import copy

import orjson
import pytest
from jsonschema import Draft202012Validator

from animecollections.api.reference import openapi
from animecollections.tests.documents import as_told, closed, without_required
from factories import AnimeFactory

pytestmark = pytest.mark.django_db

LIST = "/api/user/watchList"


DOCUMENT = closed(orjson.loads(openapi()))


def check(response, operation, path):
    assert response.status_code == 200, response.content
    told = DOCUMENT["paths"][path][operation]["responses"]["200"]
    schema = copy.copy(told["content"]["application/json"]["schema"])
    schema["components"] = DOCUMENT["components"]
    if "fields=" in response.wsgi_request.META["QUERY_STRING"]:
        schema = without_required(schema)
    problems = Draft202012Validator(schema).iter_errors(as_told(response.json()))
    assert [problem.message for problem in problems] == []


@pytest.fixture
def listed(client, death_note):
    client.post(LIST, {"animeId": 1535, "type": "Watching", "progress": 40})


@pytest.mark.parametrize(
    "query", ["", "?fields=title", "?fields=anime_id,progress", "?view=card"]
)
def test_a_list(client, listed, query):
    check(client.get(LIST + query), "get", LIST)


@pytest.mark.parametrize("query", ["", "?fields=id,title", "?include=entry"])
def test_the_catalogue(client, listed, query):
    check(client.get("/api/animes" + query), "get", "/api/animes")


def test_an_entry_removed_by_its_address(client, listed):
    path = f"{LIST}/{{anime_id}}"
    check(client.delete(f"{LIST}/1535"), "delete", path)


def test_several_anime_moved_with_warnings(client, listed):
    other = AnimeFactory(episodes=12)
    client.post(LIST, {"animeId": other.id, "type": "Watching", "progress": 20})
    body = {"animeIds": [1535, other.id], "type": "Watching"}
    response = client.post(f"{LIST}/move", body)
    assert "warnings" in response.json()["meta"]
    check(response, "post", f"{LIST}/move")


PLACES = {
    "/api/user/watchList/1535": f"{LIST}/{{anime_id}}",
    "/api/animes/1535": "/api/animes/{anime_id}",
    "/api/user/stats?year=2026": "/api/user/stats",
}
READS = [
    "/api", "/api/animes", "/api/animes?ids=1535", "/api/animes/1535", "/api/genres",
    "/api/studios", "/api/notices", "/api/auth/session", LIST, f"{LIST}/counts",
    f"{LIST}?limit=1&counts=true", f"{LIST}?view=up_next", f"{LIST}/1535",
    "/api/user/operations", "/api/user/searchHistory", "/api/user/profile",
    "/api/user/preferences", "/api/user/images", "/api/user/stats",
    "/api/user/stats?year=2026", "/api/user/sync", "/api/user/imports",
    "/api/user/export/fidelity?format=mal",
]  # fmt: skip


@pytest.mark.parametrize("address", READS)
def test_a_read(client, listed, address):
    client.post("/api/user/searchHistory", {"query": "naruto"})
    path = PLACES.get(address, address.partition("?")[0])
    check(client.get(address), "get", path)


def test_a_batch_with_one_of_each(client, listed):
    operations = [
        {"op": "increment", "animeId": 1535},
        {"op": "update", "animeId": 1535, "score": 11},
        {"op": "update", "animeId": 1535, "score": 9, "if_revision": 7, "id": "late"},
        {"op": "remove", "animeId": 1535},
    ]
    response = client.post(f"{LIST}/batch", {"operations": operations})
    check(response, "post", f"{LIST}/batch")
    statuses = [result["status"] for result in response.json()["data"]["results"]]
    assert statuses == [200, 400, 412, 200]


def test_what_is_undone(client, listed):
    client.patch(f"{LIST}/1535", {"score": 9.5})
    [last, *_] = client.get("/api/user/operations").json()["data"]
    path = "/api/user/operations/{operation_id}/undo"
    check(client.post(path.format(operation_id=last["id"])), "post", path)


def test_the_preferences_changed(client):
    response = client.patch("/api/user/preferences", {"parental_control": False})
    assert response.json()["data"]["parentalControl"] is False
    check(response, "patch", "/api/user/preferences")
