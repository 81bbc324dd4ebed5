"""Answers have no key that the schema does not name, and all that it requires."""

import copy

import orjson
import pytest
from jsonschema import Draft202012Validator

from animecollections.api.reference import openapi
from factories import AnimeFactory

pytestmark = pytest.mark.django_db

LIST = "/api/user/watchList"


def closed(part):
    """The schema, whose objects have no other keys than those that it names."""
    if isinstance(part, list):
        return [closed(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    part = {name: closed(inner) for name, inner in part.items()}
    if isinstance(part.get("properties"), dict) and part.get("type") == "object":
        part.setdefault("additionalProperties", False)
    return part


DOCUMENT = closed(orjson.loads(openapi()))


def check(response, operation, path):
    assert response.status_code == 200, response.content
    told = DOCUMENT["paths"][path][operation]["responses"]["200"]
    schema = copy.copy(told["content"]["application/json"]["schema"])
    schema["components"] = DOCUMENT["components"]
    problems = Draft202012Validator(schema).iter_errors(response.json())
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
