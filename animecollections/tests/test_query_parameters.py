"""Every operation takes the query parameters that the schema shows, and no other.

What is tried is made of the schema itself: it and what is done cannot differ.
"""

import re
from urllib.parse import quote, urlencode

import orjson
import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from animecollections.api.errors import ApiError
from animecollections.api.parameters import WHEN, read_query
from animecollections.api.reference import openapi
from animecollections.api.schema import query

pytestmark = pytest.mark.django_db
DOCUMENT = orjson.loads(openapi())
AN_ID = "0193ab0c-7a31-7c3e-9d0b-6f2f4f5f8a11"


def operations():
    for path, methods in DOCUMENT["paths"].items():
        filled = path.replace("{anime_id}", "1535").replace("{year}", "2026")
        filled = re.sub(r"\{\w+\}", AN_ID, filled)
        for method, operation in methods.items():
            yield method, filled, of_the_query(operation)


def of_the_query(operation):
    parameters = [whole(one) for one in operation["parameters"]]
    return {one["name"]: one for one in parameters if one["in"] == "query"}


def whole(part):
    """Without references."""
    if isinstance(part, list):
        return [whole(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        kind, name = part["$ref"].split("/")[-2:]
        part = DOCUMENT["components"][kind][name] | part
        del part["$ref"]
    return {name: whole(inner) for name, inner in part.items()}


OPERATIONS = [*operations()]
each_operation = pytest.mark.parametrize(
    ("method", "path", "known"),
    OPERATIONS,
    ids=[f"{method} {path}" for method, path, _ in OPERATIONS],
)


def call(client, method, path, text):
    return getattr(client, method)(f"{path}?{text}", {} if method != "get" else None)


def refused(response, code, name):
    assert response.status_code == 400, response.content
    body = response.json()
    assert body["code"] == code
    assert [*body["fields"]] == [name], body
    assert body["fields"][name][0] in body["error"]
    return body


@each_operation
def test_an_unknown_parameter_is_refused(client, method, path, known):
    body = refused(call(client, method, path, "zzz=1"), "unknown_parameter", "zzz")
    assert body["details"] == {
        "parameter": "zzz",
        "nearest": None,
        "known": sorted(known),
    }
    assert body["error"].startswith("This address has no parameter zzz.")


@each_operation
def test_a_misspelled_parameter_is_refused_with_the_nearest(
    client, method, path, known
):
    for name in known:
        wrong = f"{name[0].upper()}{name[1:]}_s"
        body = refused(
            call(client, method, path, f"{wrong}=1"), "unknown_parameter", wrong
        )
        assert body["details"]["nearest"] == name
        assert body["error"].endswith(f"Did you mean {name}?")


@each_operation
def test_what_gets_around_caches_is_let_pass(client, method, path, known):
    response = call(client, method, path, "_=1700000000&_=%00")
    assert response.status_code not in (500, 503)
    assert response.json().get("code") != "unknown_parameter"


def wrong_values(schema):
    """Texts that a schema does not allow."""
    if schema.get("type") == "array":
        yield from wrong_values(schema["items"])
        if most := schema.get("maxItems"):
            many = [str(number) for number in range(1, most + 2)]
            yield many if most < 100 else ",".join(many)
        return
    yield "a\x00b"
    if "enum" in schema:
        yield from ("zzz", f"{schema['enum'][0]} ", f"“{schema['enum'][0]}”", "null")
    elif schema.get("type") == "integer":
        yield from ("abc", "1.5", "1e2", " 5", "5 ", "+5", "٥", "1_000", "0x5", "05")
        yield from ("", "-1", str(schema["maximum"] + 1), "9" * 400)[1:]
        yield str(schema["minimum"] - 1)
    elif schema.get("type") == "number":
        yield from ("abc", "1e0", "NaN", "Infinity", ".5", "5.", "-0.1", "10.1", "1,5")
    elif "anyOf" in schema:
        yield from ("2026-W01-1", "0001-01-01", "2026-02-30", "20260102", "yesterday")
        yield from ("2026-01-02T03:04:05+16:00", "9999-12-31", "1767322800", "2026-01")
    elif "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)


WRONG = [
    (method, path, name, value)
    for method, path, known in OPERATIONS
    for name, parameter in known.items()
    for value in wrong_values(parameter["schema"])
]


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_what_the_schema_does_not_allow_is_refused(client, method):
    tried = [rest for used, *rest in WRONG if used == method]
    assert tried
    for path, name, value in tried:
        response = call(client, method, path, urlencode({name: value}, doseq=True))
        body = response.json()
        assert response.status_code == 400, (path, name, value)
        assert body["code"] in ("invalid", "text_unusable"), (path, name, value)
        assert [*body["fields"]] == [name], (path, name, value, body)


def test_there_are_many_wrong_values():
    assert len(WRONG) > 200


@each_operation
def test_a_parameter_of_one_value_has_one(client, method, path, known):
    for name, parameter in known.items():
        if parameter["schema"].get("type") != "array":
            response = call(client, method, path, f"{name}=1&{name}=2")
            body = refused(response, "invalid", name)
            assert body["error"] == f"{name}: This has several values. Send one."


@each_operation
def test_an_empty_value_is_as_if_it_was_not_sent(client, method, path, known):
    if method != "get":
        return
    required = {name for name, one in known.items() if one.get("required")}
    empty = "&".join(f"{name}=" for name in known if name not in {*required, "ids"})
    with_format = "&".join(f"{name}=json" for name in required)
    plain = call(client, method, path, with_format)
    same = call(client, method, path, f"{with_format}&{empty}")
    assert same.status_code == plain.status_code
    plain.close()
    same.close()
    for name in required:
        refused(call(client, method, path, f"{name}="), "invalid", name)
        refused(call(client, method, path, ""), "invalid", name)


def test_words_of_several_are_sent_by_commas_or_one_by_one(client):
    for text in ("type=Watching,Completed", "type=Watching&type=Completed,Watching"):
        assert client.get(f"/api/user/watchList?{text}").status_code == 200


@pytest.mark.parametrize(
    ("sent", "nearest"),
    [
        ("exclud_genre", "exclude_genre"),
        ("animeId", None),
        ("Limit", "limit"),
        ("minScore", "min_score"),
        ("genres", "genre"),
        ("a\x00b", None),
        ("x" * 5000, None),
        ("genre[]", "genre"),
        ("genre__in", "genre"),
    ],
)
def test_a_refusal_names_the_nearest_parameter(visitor, sent, nearest):
    response = visitor.get(f"/api/animes?{quote(sent)}=1")
    body = refused(response, "unknown_parameter", sent[:50])
    assert body["details"]["nearest"] == nearest
    assert len(response.content) < 2000


def test_too_many_parameters_are_refused(visitor):
    response = visitor.get("/api/animes?" + "format=TV&" * 401)
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")
    assert response.json()["error"] == "The query has too many parameters. Send fewer."
    assert visitor.get("/api/animes?" + "format=TV&" * 399).status_code == 200


def test_the_old_way_to_delete_part_of_what_one_has_deletes_nothing(client):
    client.post("/api/user/searchHistory", {"query": "naruto"})
    response = client.delete("/api/user/searchHistory?search=other")
    refused(response, "unknown_parameter", "search")
    assert len(client.get("/api/user/searchHistory").json()["data"]) == 1


def test_methods_that_read_nothing_are_not_asked(client):
    assert client.options("/api/animes?x=1").status_code == 204
    assert client.put("/api/animes?x=1").status_code == 405
    assert client.head("/api/animes?x=1").status_code == 400
    assert client.head("/api/animes?limit=1").status_code == 200


def test_it_is_refused_before_the_database_is_asked(client, budget):
    with budget(0, "the query is looked at first"):
        client.get("/api/user/watchList?x=1")
        client.get("/api/animes?limit=0")


# --- The reader -------------------------------------------------------------------

ANY = {
    one.name: one
    for one in [
        query("word", str, "", enum=["TV", "Movie"], any_case=True, many=True),
        query("number", int, "", minimum=0, maximum=500),
        query("score", float, "", minimum=0, maximum=10),
        query("when", WHEN, ""),
        query("text", str, "", max_length=20, many=True, max_items=3),
    ]
}


@given(st.sampled_from([*ANY]), st.lists(st.text(max_size=30), max_size=4))
@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
def test_any_text_is_read_or_refused(name, texts):
    asked = QueryDict(
        urlencode([(name, text.encode(errors="replace")) for text in texts])
    )
    try:
        found = read_query(asked, ANY).keys()
    except ApiError as error:
        found = error.fields.keys()
    assert found <= {name}


@given(st.integers(-10, 510))
def test_numbers_are_read_within_their_range(number):
    try:
        assert read_query(QueryDict(f"number={number}"), ANY) == {"number": number}
    except ApiError:
        assert not 0 <= number <= 500
    else:
        assert 0 <= number <= 500


def test_words_come_as_they_are_written_here():
    assert read_query(QueryDict("word=tv,MOVIE&word=Tv"), ANY) == {
        "word": ["TV", "Movie"]
    }
