"""The OpenAPI document: whole, valid, and true to the addresses there are."""

import copy
import re

import orjson
import pytest
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from animecollections.api.errors import CODES
from animecollections.api.reference import openapi
from animecollections.api.schema import (
    Example,
    Raw,
    documented,
    either,
    enveloped,
    nullable,
    sample,
)
from animecollections.scopes import OPEN

DOCUMENT = orjson.loads(openapi())


def operations():
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    ]


each_operation = pytest.mark.parametrize(
    "operation",
    [operation for _, operation in operations()],
    ids=[name for name, _ in operations()],
)


def resolved(part):
    while "$ref" in part:
        name = part["$ref"].removeprefix("#/").split("/")
        part = DOCUMENT
        for step in name:
            part = part[step]
    return part


def addresses(patterns, prefix="/"):
    """Every address below /api that a view of the API answers, as the schema has it."""
    for pattern in patterns:
        whole = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, whole)
        elif "schema" in getattr(pattern.callback, "initkwargs", {}):
            continue  # another spelling of an address that is told
        elif f"{whole}/".startswith("/api/") and hasattr(pattern.callback, "actions"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", whole)
            methods = set(pattern.callback.actions) - {"head", "options"}
            yield from ((path, method) for method in methods)


def test_it_is_made_without_a_warning(capsys):
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        made = SchemaGenerator().get_schema(public=True)
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache
    validate_schema(made)
    assert made["openapi"].startswith("3.1")


def test_it_has_every_address_and_no_other():
    told = {
        (path, method)
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    assert told == set(addresses(get_resolver().url_patterns))


def test_every_tag_has_its_place_in_the_order():
    placed = {tag["name"] for tag in DOCUMENT["tags"]}
    assert {tag for _, operation in operations() for tag in operation["tags"]} <= placed


CONTRACT = """
POST /api/auth/signup
POST /api/auth/signin
POST /api/auth/signout
GET /api/auth/session
POST /api/auth/token
POST /api/auth/token/refresh
POST /api/auth/token/revoke
POST /api/auth/password
POST /api/auth/password/reset
POST /api/auth/password/reset/confirm
POST /api/auth/ticket
GET POST DELETE /api/user/watchList
GET /api/user/watchList/counts
GET PATCH DELETE /api/user/watchList/{anime_id}
POST /api/user/watchList/{anime_id}/increment
POST /api/user/watchList/move
POST /api/user/watchList/batch
GET /api/user/operations
POST /api/user/operations/{operation_id}/undo
GET /api/user/sync
GET POST DELETE /api/user/searchHistory
DELETE /api/user/searchHistory/{search_id}
GET POST PATCH /api/user/profile
POST /api/user/updateProfile
GET PATCH POST /api/user/preferences
POST /api/saveUserPreferences
POST /api/user/saveUserPreferences
POST /api/uploadImage
GET /api/animes
GET /api/animes/{anime_id}
GET /api/genres
GET /api/studios
"""


@pytest.mark.parametrize("line", CONTRACT.split("\n")[1:-1])
def test_what_shipped_clients_speak_stays(line):
    *methods, path = line.split()
    assert {method.lower() for method in methods} <= DOCUMENT["paths"][path].keys()


def test_the_names_of_operations_are_unique():
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+[A-Za-z0-9]+", name) for name in names)


@each_operation
def test_every_operation_says_what_it_does(operation):
    assert re.match(r"[A-Z].*\.$", operation["summary"], re.DOTALL)
    assert operation["tags"]
    assert operation["security"]


@each_operation
def test_every_operation_shows_an_example_that_is_true(operation):
    """A file needs none."""
    content = operation["responses"]["200"]["content"]
    for media in content.values():
        if "success" not in media["schema"].get("properties", {}):
            continue
        assert media["examples"]
        for example in media["examples"].values():
            check(example["value"], media["schema"])


@each_operation
def test_every_example_of_a_body_is_true(operation):
    content = resolved(operation.get("requestBody", {})).get("content", {})
    for media in content.values():
        for example in media.get("examples", {}).values():
            check(example["value"], media["schema"])


def check(value, schema):
    whole = copy.deepcopy(schema) | {"components": DOCUMENT["components"]}
    errors = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
    assert not errors


@each_operation
def test_every_operation_names_its_failures(operation):
    failures = {
        int(status): resolved(response)
        for status, response in operation["responses"].items()
        if int(status) >= 400
    }
    assert {400, 429, 500, 503} <= failures.keys()
    if {} not in operation["security"]:
        assert 401 in failures
    for status, response in failures.items():
        media = response["content"]["application/json"]
        codes = media["schema"]["allOf"][1]["properties"]["code"]["enum"]
        assert codes
        for code in codes:
            assert CODES[code].status == status
        for example in media["examples"].values():
            check(resolved(example)["value"], media["schema"])


@each_operation
def test_writes_name_what_guards_them(operation):
    if operation["operationId"].startswith("get"):
        needs_scope = any(any(way.values()) for way in operation.get("security", ()))
        assert ("403" in operation["responses"]) == needs_scope
    else:
        assert {"403", "411", "413"} <= operation["responses"].keys()
    headers = {part["name"] for part in operation.get("parameters", ())}
    assert ("X-Client-Id" in headers) == ("Idempotency-Key" in headers)


def test_every_code_can_be_met():
    """Whatever the table has, some operation names; but for what comes before any."""
    named = {
        code
        for response in DOCUMENT["components"]["responses"].values()
        for code in response["content"]["application/json"]["examples"]
    }
    assert CODES.keys() - named <= {"not_found", "forbidden", "method_not_allowed"}


# --- How it is served --------------------------------------------------------------


@pytest.mark.django_db
def test_it_is_open_to_all_and_kept_by_browsers(visitor):
    response = visitor.get("/api/schema")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == DOCUMENT
    again = visitor.get("/api/schema", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.django_db
def test_the_page_needs_neither_internet_nor_inline_script(visitor):
    response = visitor.get("/api/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'data-schema="/api/schema"' in page
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) == 4
    assert all(source.startswith("/static/") for source in sources)
    assert not re.search(r"<script>|<style|style=|\son\w+=", page)


@pytest.mark.parametrize(
    "name", ["docs.js", "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"]
)
def test_the_files_of_the_page_are_there(visitor, db, name):
    response = visitor.get(f"/static/{name}")
    response.close()
    assert response.status_code == 200


# --- Its maker ---------------------------------------------------------------------


def test_a_code_that_is_none_is_refused():
    with pytest.raises(ValueError, match="made_up"):
        documented("Does.", scope=OPEN, errors=["not_found", "made_up"])


def test_an_example_may_show_meta():
    assert enveloped([1]) == {"success": True, "data": [1]}
    assert enveloped(Example([1], {"total": 1}))["meta"] == {"total": 1}


def test_a_failure_is_shown_as_it_comes():
    assert sample("throttled")["details"] == {"retry_after": 30}
    assert "30 seconds" in sample("throttled")["error"]
    assert "{" not in sample("anime_not_found")["error"]


def test_shapes():
    from animecollections.api.schema import ApiSchema

    shape = ApiSchema().shape
    assert shape(None) == {"type": "null"}
    assert shape([int]) == {"type": "array", "items": {"type": "integer"}}
    assert shape(nullable(str)) == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert shape(either(int, None)) == {
        "anyOf": [{"type": "integer"}, {"type": "null"}]
    }
    assert shape(Raw(minimum=1)) == {"minimum": 1}
    assert shape({"a": str, "b?": bool}) == {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string"}, "b": {"type": "boolean"}},
    }
