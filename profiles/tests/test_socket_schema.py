"""/api/schema/socket: AsyncAPI, and true to what a socket is told."""

import orjson
import pytest
from jsonschema import Draft202012Validator

from animecollections.api.reference import openapi
from animecollections.tests.documents import as_told, closed
from animecollections.tests.serving import serve
from factories import AnimeFactory, UserFactory
from profiles.sync.parts import SYNCED
from profiles.sync.socket_schema import asyncapi
from profiles.tests.sockets import Api, by_cookie, cookie_of, hear

DOCUMENT = orjson.loads(asyncapi())
MESSAGES = DOCUMENT["components"]["messages"]


def check(message):
    schema = closed(MESSAGES[message["type"]]["payload"])
    schema["components"] = closed(DOCUMENT["components"])
    problems = Draft202012Validator(schema).iter_errors(as_told(message))
    assert [problem.message for problem in problems] == []


def test_it_refers_only_to_what_it_has():
    text = orjson.dumps(DOCUMENT).decode()
    for name in set(orjson.loads(openapi())["components"]["schemas"]):
        is_named = f'"#/components/schemas/{name}"' in text
        assert is_named == (name in DOCUMENT["components"]["schemas"])
    assert "Entry" in DOCUMENT["components"]["schemas"]
    changed = MESSAGES["changed"]["payload"]["properties"]
    assert {part.name for part in SYNCED} <= {*changed}
    [searches, null] = changed["searches"]["anyOf"]
    assert searches["properties"]["saved"]["type"] == "array"
    assert null == {"type": "null"}


@pytest.mark.django_db
def test_it_is_open_to_all_and_kept_by_browsers(visitor):
    response = visitor.get("/api/schema/socket")
    assert response.json() == DOCUMENT
    again = visitor.get(
        "/api/schema/socket", headers={"If-None-Match": response["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_what_a_socket_is_told_is_as_it_says(tmp_path, django_db_setup):
    AnimeFactory(id=1535)
    cookie = cookie_of(UserFactory(user_name="alice"))
    with serve(tmp_path, LIVE_PING_SECONDS="1") as server:
        api = Api(server, cookie)
        with by_cookie(server, cookie) as phone:
            check(hear(phone, "hello"))
            check(hear(phone, "ping"))
            phone.send('{"type": "ping"}')
            check(hear(phone, "pong"))
            phone.send('{"type": "shout"}')
            check(hear(phone, "error"))
            api.add(1535)
            check(hear(phone))
            api("DELETE", "/api/user/watchList", {"animeId": 1535})
            check(hear(phone))
            api.data("POST", "/api/user/searchHistory", {"query": "naruto"})
            check(hear(phone))
            for path in ("/api/user/profile", "/api/user/preferences"):
                api.data("POST", path, {"name": "Alice", "theme": "dark"})
                check(hear(phone))
